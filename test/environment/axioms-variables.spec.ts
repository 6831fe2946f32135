import {
  AuthModule,
  authOptionsFromEnv,
  type AuthModuleOptions,
  type IssuerOptions,
} from '../../lib/index.js';
import { start } from '../e2e/http/application.js';
import { boot } from '../module/boot.js';
import { blocksIn, textOf, variablesOf } from '../providers/page.js';

const BASE = { AXIOMS_AUDIENCE: 'api://orders', AXIOMS_ISS_URL: 'https://login.test' };

const issuerIn = ({ issuers = [] }: AuthModuleOptions): IssuerOptions =>
  issuers[0] as IssuerOptions;

describe('what Axioms calls by other names', () => {
  it('A19: every one of them is read', () => {
    const options = authOptionsFromEnv({
      ...BASE,
      AXIOMS_DOMAIN: 'login.test',
      AXIOMS_JWKS_URL: 'https://login.test/keys',
      AXIOMS_TOKEN_TYPS: 'JWT, jwt, at+jwt, application/jwt',
      AXIOMS_SCOPE_CLAIMS: 'scope,scp',
      AXIOMS_ROLES_CLAIMS: 'roles',
      AXIOMS_PERMISSIONS_CLAIMS: 'permissions',
      AXIOMS_JWKS_REFRESH_INTERVAL: '1800',
      AXIOMS_JWKS_CACHE_TTL: '7200',
      AXIOMS_JWKS_PREFETCH: 'true',
      AXIOMS_SAFE_METHODS: 'OPTIONS',
    });
    expect(issuerIn(options)).toMatchObject({
      issuer: 'https://login.test',
      audience: 'api://orders',
      jwksUri: 'https://login.test/keys',
      tokenUse: { header: 'typ', value: ['jwt', 'at+jwt'], optional: true },
      claims: {
        scopes: [
          { path: '["scope"]', format: 'space' },
          { path: '["scp"]', format: 'space' },
        ],
        roles: [{ path: '["roles"]', format: 'space' }],
      },
    });
    expect(options.keySets).toEqual({
      hydrate: 'background',
      refresh: 'timer',
      freshSeconds: 1800,
      staleSeconds: 5400,
    });
  });

  it('A19: what is shown on the page is read, and boots', async () => {
    const [block = ''] = blocksIn(textOf('axioms'), 'sh');
    const options = authOptionsFromEnv(variablesOf(block));
    expect(issuerIn(options).audience).toBe('https://orders.example.com');
    const lazily = { ...options, keySets: { ...options.keySets, hydrate: 'lazy' } as const };
    expect(await boot(AuthModule.forRoot(lazily))).toBe('booted');
  });

  it('A2 A20: keys are fetched in the background by default, or by the first token', () => {
    expect(authOptionsFromEnv(BASE).keySets).toEqual({ hydrate: 'background', refresh: 'timer' });
    const off = authOptionsFromEnv({ ...BASE, AXIOMS_JWKS_PREFETCH: 'False' });
    expect(off.keySets?.hydrate).toBe('lazy');
    const half = authOptionsFromEnv({ ...BASE, AXIOMS_JWKS_REFRESH_INTERVAL: '3600' });
    expect(half.keySets).toMatchObject({ freshSeconds: 3600, staleSeconds: 3600 });
  });

  it('A19: a domain is an issuer, and discovered', () => {
    const { AXIOMS_AUDIENCE } = BASE;
    const issuer = issuerIn(authOptionsFromEnv({ AXIOMS_AUDIENCE, AXIOMS_DOMAIN: 'id.test' }));
    expect(issuer).toMatchObject({ issuer: 'https://id.test' });
    expect(issuer).not.toHaveProperty('jwksUri');
  });

  it('A19: variables of others are beside it', () => {
    const env = { ...BASE, AUTH_CLIENT_ID: 'x', AUTH_URL: 'x', AUTH_ISSUER: ' ' };
    expect(authOptionsFromEnv(env)).toEqual(authOptionsFromEnv(BASE));
  });

  const { AXIOMS_AUDIENCE, AXIOMS_ISS_URL } = BASE;

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'A19: both kinds',
      { ...BASE, AUTH_ISSUER: 'x' },
      /^AXIOMS_AUDIENCE is set beside AUTH_ISSUER\. Keep the variables of one kind/,
    ],
    ['A19: both kinds', { ...BASE, AUTH_SECRET_FILE: 'x' }, /is set beside AUTH_SECRET/],
    ['A4: no issuer', { AXIOMS_AUDIENCE }, /^AXIOMS_ISS_URL is missing, so that tokens of any/],
    ['A5: no audience', { AXIOMS_ISS_URL }, /^AXIOMS_AUDIENCE is missing\. Name this API/],
    [
      'A25: Auth0 without its slash',
      { AXIOMS_AUDIENCE, AXIOMS_DOMAIN: 'a.eu.auth0.com' },
      /^AXIOMS_DOMAIN is Auth0's.*Set AXIOMS_ISS_URL=https:\/\/a\.eu\.auth0\.com\/ instead\.$/,
    ],
    ['A21: other types', { ...BASE, AXIOMS_TOKEN_TYPS: 'JWT,id+jwt' }, /^AXIOMS_TOKEN_TYPS names/],
    ['A21: no types', { ...BASE, AXIOMS_TOKEN_TYPS: ',' }, /^AXIOMS_TOKEN_TYPS names/],
    [
      'A17: methods that are open to all',
      { ...BASE, AXIOMS_SAFE_METHODS: 'OPTIONS,GET' },
      /^AXIOMS_SAFE_METHODS has methods that anybody could then call.*@Public\(\)/,
    ],
    [
      'A2: keys that are never refreshed',
      { ...BASE, AXIOMS_JWKS_REFRESH_INTERVAL: '7200' },
      /^AXIOMS_JWKS_REFRESH_INTERVAL is not between 60 and 3600/,
    ],
    [
      'A2: a life that is too short',
      { ...BASE, AXIOMS_JWKS_CACHE_TTL: '7199' },
      /^AXIOMS_JWKS_CACHE_TTL is less than twice.*Set it to 7200 or more/,
    ],
    [
      'A2: no number',
      { ...BASE, AXIOMS_JWKS_CACHE_TTL: '2h' },
      /^AXIOMS_JWKS_CACHE_TTL is no number/,
    ],
    ['A2: neither yes nor no', { ...BASE, AXIOMS_JWKS_PREFETCH: 'maybe' }, /is neither true nor/],
    ['A19: a slip', { ...BASE, AXIOMS_ROLE_CLAIMS: 'r' }, /^AXIOMS_ROLE_CLAIMS is no variable/],
  ])('%s: refused', (_, env, message) => {
    expect(() => authOptionsFromEnv(env)).toThrow(message);
    expect(() => authOptionsFromEnv(env)).toThrow(/\.$/);
  });

  it('A2: keys behind plain http do not boot', async () => {
    const env = { ...BASE, AXIOMS_JWKS_URL: 'http://login.test/keys' };
    const parts = { controllers: [], auth: authOptionsFromEnv(env) };
    await expect(start('express', parts)).rejects.toThrow(/jwksUri is no https address/);
  });
});
