import { discoverJwksUri } from '../../../../lib/verification/jwt/keys/discovery.js';
import { parseTrustworthyAddress } from '../../../../lib/verification/jwt/keys/endpoint-address.js';
import { IssuerEndpointError } from '../../../../lib/verification/jwt/keys/issuer-endpoint-error.js';
import { FaultyIssuer, json, paths } from './faulty-issuer.js';

const JWKS_URI = 'https://keys.test/jwks';

describe('discoverJwksUri', () => {
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
      server.behaviour = paths({ [address]: { issuer, jwks_uri: JWKS_URI } });
      expect((await discoverJwksUri(issuer)).href).toBe(JWKS_URI);
      expect(server.requests).toEqual([address]);
    },
  );

  it('finds RFC 8414 metadata, which is put before the path', async () => {
    const issuer = `${server.origin}/tenant`;
    const address = '/.well-known/oauth-authorization-server/tenant';
    server.behaviour = paths({ [address]: { issuer, jwks_uri: JWKS_URI } });
    expect((await discoverJwksUri(issuer)).href).toBe(JWKS_URI);
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.test', jwks_uri: JWKS_URI }],
    ['the issuer with a slash more', { issuer: 'ORIGIN/', jwks_uri: JWKS_URI }],
    ['no issuer', { jwks_uri: JWKS_URI }],
    ['no keys', { issuer: 'ORIGIN' }],
    ['keys on plain http', { issuer: 'ORIGIN', jwks_uri: 'http://169.254.169.254/' }],
    ['keys in a file', { issuer: 'ORIGIN', jwks_uri: 'file:///etc/passwd' }],
    ['keys that are no address', { issuer: 'ORIGIN', jwks_uri: ['https://keys.test'] }],
  ])('refuses metadata of %s', async (_, metadata) => {
    server.behaviour = json(JSON.stringify(metadata).replace('ORIGIN', server.origin));
    await expect(discoverJwksUri(server.origin)).rejects.toThrow(IssuerEndpointError);
  });

  it('says what was tried, and what came of it', async () => {
    server.behaviour = json({}, 500);
    const { origin } = server;
    await expect(discoverJwksUri(`${origin}/a`)).rejects.toThrow(
      `${origin}/a does not say where its keys are: ${origin}/a/.well-known/openid-configuration answered with status 500; ${origin}/.well-known/oauth-authorization-server/a answered with status 500`,
    );
    await server.close();
    await expect(discoverJwksUri(origin)).rejects.toThrow('could not be reached (ECONNREFUSED)');
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
