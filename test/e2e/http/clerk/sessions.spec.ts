import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Post } from '@nestjs/common';
import { exportJWK, importSPKI } from 'jose';
import {
  clerk,
  CurrentPrincipal,
  Permissions,
  Roles,
  type AuthEvent,
  type AuthModuleOptions,
  type IdentityProvider,
  type Principal,
} from '../../../../lib/index.js';
import { ADAPTERS, get, start, type Answer, type RunningApplication } from '../application.js';
import { APP, ClerkInstance, encoded } from './clerk-instance.js';

@Controller()
class Api {
  @Get()
  me(@CurrentPrincipal() principal: Principal): object {
    const { subject, organizationId, roles, permissions, actor, kind, credentialKind } = principal;
    return { subject, organizationId, roles, permissions, actor, kind, credentialKind };
  }

  @Post()
  change(): object {
    return {};
  }

  @Roles('admin')
  @Get('admin')
  admin(): object {
    return {};
  }

  @Roles('org:admin')
  @Get('org-admin')
  orgAdmin(): object {
    return {};
  }

  @Permissions('org:repositories:read')
  @Get('repositories')
  repositories(): object {
    return {};
  }
}

const instance = new ClerkInstance();
/** One that signs what nobody here accepts. */
const stranger = new ClerkInstance();
const now = (): number => Math.floor(Date.now() / 1000);
const o = { id: 'org_1', slg: 'acme', rol: 'admin' };
const fea = 'o:repositories,o:projects';
const masks = { per: 'read,create,update,delete,revoke', fpm: '7,21' };

describe.each(ADAPTERS)('sessions of Clerk, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let api: RunningApplication;

  async function open(
    provider: IdentityProvider,
    more: Partial<AuthModuleOptions> = {},
  ): Promise<void> {
    api = await start(adapter, {
      controllers: [Api],
      auth: { issuers: [provider], onEvent: (event) => void events.push(event), ...more },
    });
  }
  const ask = (token?: string, path = '', headers: Record<string, string> = {}): Promise<Answer> =>
    get(`${api.url}/${path}`, token, headers);
  const reason = (): string | undefined => {
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return event && 'reason' in event ? event.reason : event?.type;
  };
  const refused = async (token: string): Promise<string | undefined> => {
    expect((await ask(token)).status).toBe(401);
    return reason();
  };

  describe('with its key given', () => {
    beforeAll(async () => {
      await open(instance.provider());
    });
    afterAll(() => api.close());

    it('C1: a session is a user, however the adapter has the request', async () => {
      const { status, body } = await ask(instance.session());
      expect(status).toBe(200);
      expect(body).toMatchObject({ subject: 'user_ann', kind: 'user', credentialKind: 'jwt' });
    });

    it('C3: with jwtKey, nobody is asked: keys are fixed, and fetch is never called', async () => {
      const { fetch } = globalThis;
      const outgoing: string[] = [];
      globalThis.fetch = (...request) => {
        const [address] = request;
        const href = address instanceof Request ? address.url : address.toString();
        if (!href.startsWith(api.url)) outgoing.push(href);
        return fetch(...request);
      };
      try {
        for (const token of [instance.session(), instance.session({}, { kid: 'another' })]) {
          expect((await ask(token)).status).toBe(200);
        }
        expect(await refused(stranger.session())).toBe('invalid_signature');
      } finally {
        globalThis.fetch = fetch;
      }
      expect(outgoing).toEqual([]);
    });

    it('C2: the header first, then the cookie of the instance, then the common one', async () => {
      const digest = createHash('sha1').update(instance.publishableKey).digest('base64url');
      const suffixed = `__session_${digest.slice(0, 8)}`;
      const [ann, bob] = [instance.session(), instance.session({ sub: 'user_bob' })];
      const subjectOf = async (cookie: string, token?: string): Promise<unknown> =>
        (await ask(token, '', { cookie })).body['subject'];
      expect(await subjectOf(`__session=${ann}`)).toBe('user_ann');
      expect(await subjectOf(`__session=${ann}; ${suffixed}=${bob}`)).toBe('user_bob');
      expect(await subjectOf(`__session=${ann}`, bob)).toBe('user_bob');
      expect((await ask(undefined, '', { cookie: `__session_12345678=${ann}` })).status).toBe(401);
      const cross = { method: 'POST', headers: { cookie: `__session=${ann}`, origin: APP } };
      expect((await fetch(api.url, cross)).status).toBe(403);
    });

    it('C6: azp must be there, and one of the origins', async () => {
      expect(await refused(instance.session({ azp: 'https://evil.example.com' }))).toBe(
        'client_not_allowed',
      );
      expect(await refused(instance.session({ azp: undefined }))).toBe('client_not_allowed');
      expect(await refused(instance.session({ azp: `${APP}/` }))).toBe('client_not_allowed');
      expect(await refused(instance.session({ azp: '' }))).toBe('claim_type');
    });

    it('C10: what is wrong is told by one of our reasons, and by one sentence to the client', async () => {
      const minute = 60;
      const rows: readonly [string, string][] = [
        ['token_expired', instance.session({ exp: now() - 6 })],
        ['token_not_active', instance.session({ nbf: now() + minute })],
        ['token_not_active', instance.session({ iat: now() + minute })],
        ['unknown_issuer', instance.session({ iss: 'https://clerk.other.com' })],
        ['invalid_signature', stranger.session()],
        ['alg_not_allowed', instance.session({}, { alg: 'HS256' })],
        [
          'alg_not_allowed',
          `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded({ sub: 'user_a' })}.`,
        ],
        ['token_use_mismatch', instance.session({ sid: undefined })],
        ['token_use_mismatch', instance.session({ sub: 'admin' })],
        ['token_use_mismatch', instance.session({}, { cat: 'cl_B7d4PD222AAA' })],
        ['token_use_mismatch', instance.session({ sts: 'pending' })],
        ['credential_not_accepted', instance.m2m()],
        ['credential_not_accepted', instance.oauth()],
        ['token_malformed', 'x.y'],
      ];
      for (const [expected, token] of rows)
        expect([expected, await refused(token)]).toEqual([expected, expected]);
    });

    it('C51: clocks may differ by five seconds', async () => {
      expect((await ask(instance.session({ exp: now() - 3 }))).status).toBe(200);
      expect((await ask(instance.session({ nbf: now() + 3, iat: now() + 3 }))).status).toBe(200);
      expect(await refused(instance.session({ exp: now() - 6 }))).toBe('token_expired');
    });

    it('C13: the organization, in either version, and never a mixture', async () => {
      const v1 = {
        v: undefined,
        org_id: 'org_1',
        org_role: 'org:admin',
        org_permissions: ['org:a:b'],
      };
      const both = { organizationId: 'org_1', roles: ['admin', 'org:admin'] };
      expect((await ask(instance.session(v1))).body).toMatchObject({
        ...both,
        permissions: ['a:b', 'org:a:b'],
      });
      expect((await ask(instance.session({ o }))).body).toMatchObject(both);
      const mixed = { ...v1, v: 2, org_permissions: ['org:a:b'] };
      for (const claims of [mixed, { ...v1, v: 3 }, { v: undefined, o }, { o: 'x' }, { o: null }]) {
        const { body } = await ask(instance.session(claims));
        expect(body).toMatchObject({ roles: [], permissions: [] });
        expect(body['organizationId']).toBeUndefined();
      }
      const none = { ...v1, org_id: undefined };
      expect((await ask(instance.session(none))).body).toMatchObject({
        roles: [],
        permissions: [],
      });
    });

    it('C15: a permission is required by its whole name, or without its prefix', async () => {
      const granted = instance.session({ o: { ...o, ...masks }, fea });
      expect((await ask(granted, 'repositories')).status).toBe(200);
      expect((await ask(instance.session({ o, fea }), 'repositories')).status).toBe(403);
      expect(reason()).toBe('insufficient_permission');
    });

    it('C16: the role of the active organization, with its prefix or without', async () => {
      for (const path of ['admin', 'org-admin']) {
        expect((await ask(instance.session({ o }), path)).status).toBe(200);
        expect((await ask(instance.session(), path)).status).toBe(403);
        expect((await ask(instance.session({ o: { ...o, rol: 'member' } }), path)).status).toBe(
          403,
        );
        expect((await ask(instance.session({ o: { rol: 'admin' } }), path)).status).toBe(403);
        expect(reason()).toBe('insufficient_role');
      }
    });

    it('C40: whoever acts for the user is principal.actor', async () => {
      const { body } = await ask(instance.session({ act: { sub: 'user_support', iss: 'x' } }));
      expect(body['actor']).toMatchObject({ subject: 'user_support' });
      expect(await refused(instance.session({ act: { type: 'agent' } }))).toBe('claim_type');
      expect((await ask(instance.session())).body['actor']).toBeUndefined();
    });

    it('C54: a session with something left to do is none', async () => {
      expect((await ask(instance.session({ sts: 'active' }))).status).toBe(200);
      expect(await refused(instance.session({ sts: 'pending' }))).toBe('token_use_mismatch');
      expect(await refused(instance.session({ sts: 'banned' }))).toBe('token_use_mismatch');
    });

    it('C9: what is known of a request is one event', async () => {
      events.length = 0;
      await ask(instance.session());
      await ask(instance.session({ exp: 1 }));
      await ask();
      expect(events.map(({ type }) => type)).toEqual([
        'auth.authenticated',
        'auth.denied',
        'auth.denied',
      ]);
      expect(reason()).toBe('missing_credentials');
    });

    it('C11: 401 with a challenge, and nothing of the token in it', async () => {
      expect((await ask()).challenge).toBe('Bearer realm="api"');
      const { challenge, body } = await ask(instance.session({ exp: 1 }));
      expect(challenge).toContain('error="invalid_token"');
      expect(body).toMatchObject({ statusCode: 401, code: 'token_expired' });
    });
  });

  describe('otherwise set up', () => {
    afterEach(() => api.close());

    it('C4: keys are fetched from the frontend API by kid, once', async () => {
      const keys = [
        { ...(await exportJWK(await importSPKI(instance.jwtKey, 'RS256'))), kid: 'ins_1' },
      ];
      const paths: (string | undefined)[] = [];
      const server: Server = createServer((request, response) => {
        paths.push(request.url);
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
      await open(clerk({ issuer, authorizedParties: [APP] }), { keySets: { hydrate: 'lazy' } });
      for (let time = 0; time < 5; time += 1) {
        expect((await ask(instance.session({ iss: issuer }))).status).toBe(200);
      }
      expect(paths).toEqual(['/.well-known/jwks.json']);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it('C45: several keys while they rotate, of any size, with a literal \\n', async () => {
      const next = new ClerkInstance(3072);
      const jwtKey = [instance.jwtKey, next.jwtKey.replaceAll('\n', '\\n')];
      await open(instance.provider({ jwtKey }));
      for (const each of [instance, next]) expect((await ask(each.session())).status).toBe(200);
      expect((await ask(stranger.session())).status).toBe(401);
    });

    it('allowMissingAzp, treatPendingAsSignedOut, cookie, audience, claims', async () => {
      await open(
        instance.provider({
          allowMissingAzp: true,
          treatPendingAsSignedOut: false,
          cookie: false,
          audience: 'api://orders',
          claims: { roles: 'metadata.role' },
        }),
      );
      expect((await ask(instance.session({ azp: undefined }))).status).toBe(200);
      expect((await ask(instance.session({ azp: 'https://evil.test' }))).status).toBe(401);
      expect((await ask(instance.session({ sts: 'pending' }))).status).toBe(200);
      const cookie = `__session=${instance.session()}`;
      expect((await ask(undefined, '', { cookie })).status).toBe(401);
      expect((await ask(instance.session({ aud: ['api://orders', 'x'] }))).status).toBe(200);
      expect(await refused(instance.session({ aud: 'api://other' }))).toBe('aud_mismatch');
      const custom = instance.session({ metadata: { role: 'editor' }, o });
      expect((await ask(custom)).body['roles']).toEqual(['editor']);
    });

    it('C12: the error body of the guide, by errors.body', async () => {
      await open(instance.provider(), {
        errors: {
          body: ({ statusCode, code }) => ({
            error: statusCode === 401 ? 'unauthorized' : 'forbidden',
            reason: code,
          }),
        },
      });
      expect((await ask()).body).toEqual({ error: 'unauthorized', reason: 'missing_credentials' });
      expect((await ask(instance.session(), 'admin')).body).toEqual({
        error: 'forbidden',
        reason: 'forbidden',
      });
    });
  });
});
