import { createClerkClient } from '@clerk/backend';
import { get, start, type RunningApplication } from '../../../e2e/http/application.js';
import { APP, ClerkInstance } from '../../../e2e/http/clerk/clerk-instance.js';
import { EntitlementsApi, first } from '../../../e2e/http/clerk/entitlements-api.js';
import { pick, seeded } from './drafts.js';

const instance = new ClerkInstance();
const { publishableKey, jwtKey } = instance;
const sdk = createClerkClient({
  publishableKey,
  secretKey: 'sk_test_none',
  telemetry: { disabled: true },
});

type Auth = NonNullable<ReturnType<Awaited<ReturnType<typeof sdk.authenticateRequest>>['toAuth']>>;
type Asked = Parameters<Auth['has']>[0];

/** What has() is asked, where a path requires the same. */
const PATHS: Readonly<Record<string, Asked>> = {
  feature: { feature: 'exports' },
  'feature-of-organization': { feature: 'o:exports' },
  'feature-of-user': { feature: 'user:exports' },
  plan: { plan: 'gold' },
  strict: { reverification: 'strict' },
  strict_mfa: { reverification: 'strict_mfa' },
  moderate: { reverification: 'moderate' },
  lax: { reverification: 'lax' },
  first: { reverification: first },
};

const LISTS = [
  undefined,
  '',
  'o:exports',
  'u:exports,o:gold',
  'ou:gold',
  'uo:exports,u:gold',
  'exports',
];
const AGES = [-1, 0, 4, 5, 9, 10, 59, 60, 1439, 1440];

async function bySdk(token: string): Promise<Auth | null> {
  const headers = { authorization: `Bearer ${token}` };
  const request = new Request('https://api.example.com/', { headers });
  const state = await sdk.authenticateRequest(request, { jwtKey, authorizedParties: [APP] });
  return state.toAuth();
}

describe('has() of @clerk/backend, and our decorators', () => {
  let api: RunningApplication;
  beforeAll(async () => {
    const auth = { issuers: [instance.provider()] };
    api = await start('express', { controllers: [EntitlementsApi], auth });
  });
  afterAll(() => api.close());

  it('C53: 60 sessions, nine questions each, are answered alike', async () => {
    const random = seeded(53);
    let granted = 0;
    for (let index = 0; index < 60; index += 1) {
      const [fea, pla] = [pick(random, LISTS), pick(random, LISTS)];
      const claims = { fea, pla, fva: [pick(random, AGES), pick(random, AGES)] };
      // Of the second version without an organization: reading its features throws nothing then.
      const token = instance.session(claims);
      const auth = await bySdk(token);
      for (const [path, asked] of Object.entries(PATHS)) {
        const theirs = auth?.has(asked) ?? false;
        const { status } = await get(`${api.url}/${path}`, token);
        expect([path, claims, status]).toEqual([path, claims, theirs ? 200 : 403]);
        if (theirs) granted += 1;
      }
    }
    expect(granted).toBeGreaterThan(100);
  });
});
