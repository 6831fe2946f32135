import { discover } from '../../lib/endpoint/discovery.js';
import { parseTrustworthyAddress } from '../../lib/endpoint/endpoint-address.js';
import { runtimeFetch } from '../../lib/endpoint/fetch.js';
import { IssuerEndpointError } from '../../lib/endpoint/issuer-endpoint-error.js';
import { KEY_SET } from '../../lib/verification/jwt/keys/key-set-endpoint.js';
import { FaultyIssuer, json, paths } from '../verification/jwt/keys/faulty-issuer.js';

const keysOf = (issuer: string): Promise<URL> =>
  discover(issuer, KEY_SET, { signal: AbortSignal.timeout(3000), fetch: runtimeFetch });

describe('discover', () => {
  let server: FaultyIssuer;

  beforeEach(async () => {
    server = await FaultyIssuer.start();
  });

  afterEach(() => server.close());

  it.each(['', '/', '/realms/a', '/realms/a/'])(
    'finds OpenID Connect metadata of an issuer that ends in %j',
    async (path) => {
      const issuer = server.origin + path;
      const address = `${path.replace(/\/$/, '')}/.well-known/openid-configuration`;
      server.behaviour = paths({ [address]: { issuer, jwks_uri: `${server.origin}/jwks` } });
      expect((await keysOf(issuer)).href).toBe(`${server.origin}/jwks`);
      expect(server.requests).toEqual([address]);
    },
  );

  it('finds RFC 8414 metadata, which is put before the path', async () => {
    const issuer = `${server.origin}/tenant`;
    const address = '/.well-known/oauth-authorization-server/tenant';
    server.behaviour = paths({ [address]: { issuer, jwks_uri: `${server.origin}/jwks` } });
    expect((await keysOf(issuer)).href).toBe(`${server.origin}/jwks`);
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.test', jwks_uri: 'ORIGIN/jwks' }],
    ['the issuer with a slash more', { issuer: 'ORIGIN/', jwks_uri: 'ORIGIN/jwks' }],
    ['no issuer', { jwks_uri: 'ORIGIN/jwks' }],
    ['keys elsewhere', { issuer: 'ORIGIN', jwks_uri: 'https://keys.test/jwks' }],
    ['keys at another port', { issuer: 'ORIGIN', jwks_uri: 'http://127.0.0.1:1/jwks' }],
    ['no keys', { issuer: 'ORIGIN' }],
    ['keys on plain http', { issuer: 'ORIGIN', jwks_uri: 'http://169.254.169.254/' }],
    ['keys in a file', { issuer: 'ORIGIN', jwks_uri: 'file:///etc/passwd' }],
    ['keys that are no address', { issuer: 'ORIGIN', jwks_uri: ['https://keys.test'] }],
  ])('refuses metadata of %s', async (_, metadata) => {
    server.behaviour = json(JSON.stringify(metadata).replaceAll('ORIGIN', server.origin));
    await expect(keysOf(server.origin)).rejects.toThrow(IssuerEndpointError);
  });

  it('says what was tried, and what came of it', async () => {
    server.behaviour = json({}, 404);
    const { origin } = server;
    await expect(keysOf(`${origin}/a`)).rejects.toThrow(
      `${origin}/a does not say where its keys are: ${origin}/a/.well-known/openid-configuration answered with status 404; ${origin}/.well-known/oauth-authorization-server/a answered with status 404`,
    );
    await server.close();
    await expect(keysOf(origin)).rejects.toThrow(
      /could not be reached \((ECONNREFUSED|UND_ERR_SOCKET)\)/,
    );
  });

  it('says what to do about keys that are elsewhere', async () => {
    server.behaviour = json({ issuer: server.origin, jwks_uri: 'https://keys.test/jwks' });
    await expect(keysOf(server.origin)).rejects.toThrow(
      'names a key set elsewhere, at https://keys.test: if that is right, set jwksUri to its address',
    );
  });

  it.each([500, 503, 429])('asks an issuer that answers %i at no other address', async (status) => {
    server.behaviour = json({}, status);
    await expect(keysOf(server.origin)).rejects.toThrow(`answered with status ${String(status)}`);
    expect(server.requests).toHaveLength(1);
  });
});

describe('parseTrustworthyAddress', () => {
  it.each([
    'https://a.test/x',
    'http://localhost:1/',
    'http://127.0.0.1/',
    'http://127.9.9.9/',
    'http://[::1]/',
  ])('accepts %s', (text) => {
    expect(parseTrustworthyAddress(text)?.href).toBe(text);
  });

  it.each([
    'http://a.test/',
    'http://localhost.evil.test/',
    'http://127.0.0.1.evil.test/',
    'http://10.0.0.1/',
    'https://user:password@a.test/',
    'ftp://a.test/',
    'a.test',
    '',
  ])('refuses %j', (text) => {
    expect(parseTrustworthyAddress(text)).toBeUndefined();
  });
});
