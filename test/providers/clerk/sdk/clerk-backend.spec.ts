import { createClerkClient } from '@clerk/backend';
import { Controller, Get } from '@nestjs/common';
import { Accepts, CurrentPrincipal, type Principal } from '../../../../lib/index.js';
import { get, start, type RunningApplication } from '../../../e2e/http/application.js';
import { APP, ClerkInstance } from '../../../e2e/http/clerk/clerk-instance.js';
import { DIFFERENCES } from './differences.js';
import { DRAFTS, seeded } from './drafts.js';

@Controller()
class Api {
  @Accepts('jwt', 'm2mJwt', 'oauthJwt')
  @Get()
  me(@CurrentPrincipal() principal: Principal): object {
    const { credentialKind = '', subject, organizationId, roles, permissions, scopes } = principal;
    return {
      kind: KINDS[credentialKind],
      subject,
      organizationId: organizationId ?? null,
      roles: [...roles].filter((name) => name.startsWith('org:')),
      permissions: [...permissions].filter((name) => name.startsWith('org:')).sort(),
      scopes: [...scopes],
    };
  }
}

/** What the SDK calls our kinds. */
const KINDS: Readonly<Record<string, string>> = {
  jwt: 'session_token',
  m2mJwt: 'm2m_token',
  oauthJwt: 'oauth_token',
};

const COUNT = 212;

const instance = new ClerkInstance();
const { publishableKey, jwtKey } = instance;
const sdk = createClerkClient({
  publishableKey,
  secretKey: 'sk_test_none',
  telemetry: { disabled: true },
});

/** What both say of a token, in one form; `refused`, or `throws`. */
type Said = object | 'refused' | 'throws';

async function bySdk(token: string): Promise<Said> {
  const request = new Request('https://api.example.com/', {
    headers: { authorization: `Bearer ${token}` },
  });
  try {
    const state = await sdk.authenticateRequest(request, {
      jwtKey,
      authorizedParties: [APP],
      acceptsToken: ['session_token', 'm2m_token', 'oauth_token'],
    });
    const auth = state.toAuth();
    if (!auth?.isAuthenticated) return 'refused';
    if (auth.tokenType !== 'session_token') {
      const { tokenType, subject, scopes } = auth;
      const nothing = { organizationId: null, roles: [], permissions: [] };
      return { kind: tokenType, subject, ...nothing, scopes };
    }
    return {
      kind: auth.tokenType,
      subject: auth.userId,
      organizationId: auth.orgId ?? null,
      roles: auth.orgRole === undefined ? [] : [auth.orgRole],
      permissions: [...(auth.orgPermissions ?? [])].sort(),
      scopes: [],
    };
  } catch {
    return 'throws';
  }
}

const outcomeOf = (said: Said): string => (typeof said === 'string' ? said : 'enters');

describe('@clerk/backend, and we, of the same tokens', () => {
  let api: RunningApplication;
  const outgoing: string[] = [];
  const { fetch } = globalThis;

  beforeAll(async () => {
    api = await start('express', {
      controllers: [Api],
      auth: { issuers: [instance.provider()] },
    });
    globalThis.fetch = (...request) => {
      const [address] = request;
      const href = address instanceof Request ? address.url : address.toString();
      if (!href.startsWith(api.url)) outgoing.push(href);
      return fetch(...request);
    };
  });
  afterAll(async () => {
    globalThis.fetch = fetch;
    await api.close();
  });

  async function byUs(token: string): Promise<Said> {
    const { status, body } = await get(api.url, token);
    expect([200, 401]).toContain(status);
    return status === 200 ? body : 'refused';
  }

  it(`C8, C13, C14: ${String(COUNT)} tokens are decided alike, but for what is listed`, async () => {
    const random = seeded(20_261_130);
    const names = Object.keys(DRAFTS);
    const counted = { alike: 0, entered: 0, differently: 0, permissions: 0 };
    const seen = new Set<string>();
    for (let index = 0; index < COUNT; index += 1) {
      const name = names[index % names.length] ?? '';
      const token = DRAFTS[name]?.({ instance, random }) ?? '';
      const [theirs, ours] = [await bySdk(token), await byUs(token)];
      const difference = DIFFERENCES[name];
      if (!difference) {
        expect([name, ours]).toEqual([name, theirs]);
        counted.alike += 1;
        if (typeof ours === 'object') {
          counted.entered += 1;
          counted.permissions += (ours as { permissions: string[] }).permissions.length;
        }
        continue;
      }
      seen.add(name);
      counted.differently += 1;
      expect([name, outcomeOf(theirs), outcomeOf(ours)]).toEqual([
        ...[name, difference.sdk, difference.ours],
      ]);
      expect([name, ours]).not.toEqual([name, theirs]);
    }
    expect(seen).toEqual(new Set(Object.keys(DIFFERENCES)));
    expect(counted).toEqual({ alike: 173, entered: 85, differently: 39, permissions: 248 });
    expect(outgoing).toEqual([]);
  });
});
