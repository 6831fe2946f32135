import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { AuthModule, type AuthModuleOptions } from '../../lib/index.js';
import { moduleOf } from '../e2e/http/application.js';
import { boot } from './boot.js';

const ISSUER = { issuer: 'https://login.test/', audience: 'api://orders' };
const SECRET = 'x'.repeat(32);
const SHORT_RSA = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).publicKey;
const { publicKey, privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

function fail(): never {
  throw new Error('a mistake of the application');
}

const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
const FORMS_OF_A_KEY = [
  ['a public key in DER', der],
  ['a public key in base64', der.toString('base64')],
  ['a PEM in base64', Buffer.from(publicKey).toString('base64')],
] as const;

type Row = readonly [string, unknown, RegExp];

const bootWith = (options: unknown): Promise<string> =>
  boot(AuthModule.forRoot(options as AuthModuleOptions));
const bootIssuer = (more: object): Promise<string> =>
  bootWith({ issuers: [{ ...ISSUER, ...more }] });

describe('a configuration is refused at boot, with its cure, when', () => {
  it.each<Row>([
    ['there is no issuer', {}, /^issuers names nobody .*issuers: \[{ issuer, audience }\]/],
    ['the list of issuers is empty', { issuers: [] }, /^issuers names nobody/],
    ['it is nothing at all', undefined, /^What AuthModule is given/],
    ['an option is misspelt', { issuer: [ISSUER] }, /^options\.issuer is no option.*issuers/],
    ['an issuer comes twice', { issuers: [ISSUER, ISSUER] }, /^issuers\[1\]\.issuer .* Merge/],
    ['an issuer is no object', { issuers: ['https://login.test/'] }, /^issuers\[0\] .* Give/],
    ['the cookie has no name', { issuers: [ISSUER], cookie: {} }, /^cookie\.name .* Name/],
    ['the cookie is a string', { issuers: [ISSUER], cookie: 'x' }, /^cookie .* Give/],
    ['global is no boolean', { issuers: [ISSUER], global: 'no' }, /^global .* Give/],
    ['the realm has two lines', { issuers: [ISSUER], realm: 'a\r\nb' }, /^realm .* Give/],
    ['the metadata is no text', { issuers: [ISSUER], resourceMetadata: 1 }, /^resourceMetadata/],
    ['the body is no function', { issuers: [ISSUER], errors: { body: {} } }, /^errors\.body/],
    ['errors has another option', { issuers: [ISSUER], errors: { x: 1 } }, /^errors\.x is no/],
    ['the listener is no function', { issuers: [ISSUER], onEvent: true }, /^onEvent .* Give/],
    ['the issuers are no list', { issuers: ISSUER }, /^issuers is not a list\. Give/],
    [
      'the cookie name has a space',
      { issuers: [ISSUER], cookie: { name: 'a b' } },
      /^cookie\.name/,
    ],
    ['the metadata is a path', { issuers: [ISSUER], resourceMetadata: '/x' }, /^resourceMetadata/],
    ...['__proto__', 'headers', 'url', 'on', 'body', 'log'].map(
      (name) =>
        [
          `the property is ${name}`,
          { issuers: [ISSUER], requestProperty: name },
          /^requestProperty is something a request needs itself/,
        ] as const,
    ),
    ...[() => NaN, () => undefined, () => Date.now() / 1000, () => 0, () => new Date(), fail].map(
      (clock) =>
        [
          `the clock is ${String(clock)}`,
          { issuers: [ISSUER], clock },
          /^clock (does not|throws)/,
        ] as const,
    ),
    ...[() => undefined, () => 'text', () => Promise.resolve({}), () => ({ n: 1n }), fail].map(
      (body) =>
        [
          `the body is ${String(body)}`,
          { issuers: [ISSUER], errors: { body } },
          /errors\.body .*called once at boot/,
        ] as const,
    ),
    ['the clock is no function', { issuers: [ISSUER], clock: 0 }, /^clock .* Give/],
    ['the property has no name', { issuers: [ISSUER], requestProperty: '' }, /^requestProperty/],
  ])('%s', async (_, options, message) => {
    expect(await bootWith(options)).toMatch(message);
  });

  it.each<readonly [string, object, RegExp]>([
    ['the issuer is missing', { issuer: undefined }, /\.issuer is missing\. Give/],
    ['the audience is missing', { audience: undefined }, /\.audience is missing\. .*or give null/],
    ['the audience is empty', { audience: '' }, /\.audience is not a non-empty string\. Name/],
    ['the audience is an empty list', { audience: [] }, /\.audience is missing\. Name/],
    ['an audience is empty', { audience: ['a', ' '] }, /\.audience is not a non-empty/],
    ['the issuer is on plain http', { issuer: 'http://login.test' }, /plain http\. Use https/],
    [
      'the issuer is no address',
      { issuer: 'login' },
      /no https address.* jwksUri, jwks, publicKey/,
    ],
    ['the keys are on plain http', { jwksUri: 'http://login.test/k' }, /\.jwksUri is no https/],
    ['none is allowed', { algorithms: ['none'] }, /\.algorithms has none.* Choose from RS256/],
    [
      'HS256 stands beside keys',
      { algorithms: ['RS256', 'HS256'] },
      /has HS256, which needs a shared secret \(option secret\).* Choose from RS256/,
    ],
    [
      'an algorithm is unknown',
      { algorithms: ['RS257'] },
      /has RS257, which is not supported\. Choose from/,
    ],
    ['there are no algorithms', { algorithms: [] }, /\.algorithms is not a list.* Choose/],
    ['the algorithms are a text', { algorithms: 'RS256' }, /\.algorithms is not a list/],
    ['the secret is empty', { secret: '' }, /\.secret is empty\. Generate one: node -p/],
    ['the secret is short', { secret: SECRET.slice(1) }, /\.secret is shorter than 32 bytes\. Gen/],
    [
      'the secret is short for its algorithm',
      { secret: SECRET, algorithms: ['HS512'] },
      /\.secret is shorter than 64 bytes/,
    ],
    [
      'a secret verifies RS256',
      { secret: SECRET, algorithms: ['RS256'] },
      /has RS256, which a secret cannot verify.* Choose from HS256/,
    ],
    ['the secret is a number', { secret: 1 }, /\.secret is neither a string/],
    ['a secret stands beside keys', { secret: SECRET, jwksUri: 'https://x/' }, /Keep one source/],
    ['the key is no PEM', { publicKey: 'nonsense' }, /no public key in PEM\. Give/],
    ['the key is private', { publicKey: privateKey }, /is a private key, which .* Give/],
    ['the key set has no key', { jwks: { keys: [] } }, /\.jwks has no key.* Give public/],
    ['the key set is none', { jwks: {} }, /\.jwks has no key/],
    [
      'the key set has a secret',
      { jwks: { keys: [{ kty: 'oct', k: 'AA' }] } },
      /not public\. Give/,
    ],
    [
      'the tolerance is a text',
      { clockToleranceSeconds: '5' },
      /clockToleranceSeconds .* 0 to 300/,
    ],
    ['the tolerance is endless', { clockToleranceSeconds: Infinity }, /clockToleranceSeconds/],
    ['a claim map is misspelt', { claims: { role: 'r' } }, /\.claims\.role is no option/],
    [
      'a claim path is none',
      { claims: { roles: 'a..b' } },
      /\.claims\.roles is no path: a\.\.b\. Write/,
    ],
    ['a claim path is not quoted', { claims: { roles: 'https://x/roles' } }, /\["https:/],
    ['the claim map is a text', { claims: 'roles' }, /\.claims is not an object\. .*claims: {/],
    [
      'the secret is a public key',
      { secret: publicKey },
      /\.secret is a public key.* as publicKey/,
    ],
    ['the secret is an address', { secret: 'https://login.test/.well-known/jwks.json' }, /jwksUri/],
    [
      'the secret is a JWK',
      { secret: new TextEncoder().encode('{"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAAAAAA"}') },
      /\.secret is a public key/,
    ],
    ...FORMS_OF_A_KEY.map(([form, secret]): readonly [string, object, RegExp] => [
      `the secret is ${form}`,
      { secret },
      /\.secret is a public key/,
    ]),
    ['the issuer is padded', { issuer: 'https://login.test/ ' }, /begins or ends with white space/],
    ['the issuer has a query', { issuer: 'https://login.test/?x' }, /without a query/],
    ['the algorithms are null', { algorithms: null }, /is not a list/],
    ['the algorithms have a hole', { algorithms: new Array(1) }, /has undefined/],
    [
      'an RSA key is short',
      { publicKey: SHORT_RSA },
      /RSA key below 2048 bits, or above 8192\. Give/,
    ],
    ['a key fits no algorithm', { publicKey, algorithms: ['RS256'] }, /type P-256.* Add the alg/],
    ['a key cannot be read', { publicKey: { kty: 'EC', crv: 'P-256' } }, /cannot be read/],
    ['the key set is an address', { jwks: 'https://login.test/keys' }, /belongs into jwksUri/],
    ['a claim path is empty', { claims: { roles: [''] } }, /\.claims\.roles is not a non-empty/],
    [
      'an optional prefix is empty',
      { claims: { roles: { path: 'r', optionalPrefix: '' } } },
      /\.claims\.roles\.optionalPrefix .*org:\.$/,
    ],
    [
      'an organization has an optional prefix',
      { claims: { organizationId: { path: 'r', optionalPrefix: 'org:' } } },
      /\.claims\.organizationId\.optionalPrefix would give an organization two names\. Leave it out\.$/,
    ],
    [
      'a claim format is unknown',
      { claims: { roles: { path: 'r', format: 'csv' } } },
      /\.claims\.roles\.format is unknown\. Give one of list, space, comma, keys/,
    ],
    ['an option of the issuer is misspelt', { audiance: 'x' }, /\.audiance is no option/],
  ])('%s', async (_, more, message) => {
    expect(await bootIssuer(more)).toMatch(message);
  });

  it('the message shows no secret', async () => {
    const secret = 'sensitive-and-too-short';
    expect(await bootIssuer({ secret })).not.toContain(secret);
  });

  it('AuthModule is imported without forRoot', async () => {
    expect(await boot(AuthModule)).toMatch(/^What AuthModule is given .* AuthModule\.forRoot\(/);
    expect(await boot(AuthModule, AuthModule.forRoot({ issuers: [ISSUER] }))).toMatch(
      /more than once/,
    );
  });

  it('a subclass of AuthModule is a second root', async () => {
    class OwnAuthModule extends AuthModule {}
    const roots = [AuthModule, OwnAuthModule].map((each) => each.forRoot({ issuers: [ISSUER] }));
    expect(await boot(...roots)).toMatch(/^AuthModule\.forRoot is imported more than once/);
  });

  it('Object.prototype is polluted, and would have opened it', async () => {
    const prototype = Object.prototype as { audience?: null };
    prototype.audience = null;
    try {
      expect(await bootWith({ issuers: [{ issuer: ISSUER.issuer }] })).toMatch(
        /audience is missing/,
      );
    } finally {
      delete prototype.audience;
    }
  });

  it('forRoot is imported twice', async () => {
    const message = await boot(
      AuthModule.forRoot({ issuers: [ISSUER] }),
      moduleOf({ imports: [AuthModule.forRoot({ issuers: [ISSUER] })] }),
    );
    expect(message).toMatch(/^AuthModule\.forRoot is imported more than once\. Keep the one/);
  });
});

describe('a configuration boots when', () => {
  it.each([
    ['keys are discovered', {}],
    ['the audience is waived on purpose', { audience: null }],
    ['there are several audiences', { audience: ['a', 'b'] }],
    ['the issuer is on loopback', { issuer: 'http://localhost:1/x' }],
    ['the issuer is on loopback (IPv6)', { issuer: 'http://[::1]:1' }],
    ['the key is a PEM', { publicKey }],
    ['the key is a PEM on one line', { publicKey: publicKey.replaceAll('\n', '\\n') }],
    ['there are several keys', { publicKey: [publicKey, publicKey] }],
    ['the issuer is a name with its own key', { issuer: 'my-issuer', publicKey }],
    ['the secret is long enough', { secret: SECRET }],
    ['the secret is octets', { secret: new Uint8Array(32) }],
    [
      'the claim map is complete',
      { claims: { roles: ['a.b', { path: '["c"]', format: 'keys' }] } },
    ],
  ])('%s', async (_, more) => {
    expect(await bootIssuer(more)).toBe('booted');
  });
});
