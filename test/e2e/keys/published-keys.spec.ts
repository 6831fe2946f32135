import { createHmac, generateKeyPairSync, sign, type KeyPairKeyObjectResult } from 'node:crypto';
import { inspect } from 'node:util';
import type { JWK } from 'jose';
import type { FaultyIssuer } from '../../verification/jwt/keys/faulty-issuer.js';
import { answer, json, type Behaviour } from '../../verification/jwt/keys/faults.js';
import { SigningKey, usualClaims } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import type { GuardedApi } from './guarded-api.js';
import { Stage } from './stage.js';

/** Wycheproof json_web_key_test tc7 uses a 2048-bit modulus with the ROCA fingerprint; what it costs is below. */
const ROCA_PRIMES = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 53n, 61n, 71n, 73n, 79n];

const pairs = new Map<number, KeyPairKeyObjectResult>();

let good: SigningKey;
let other: SigningKey;

beforeAll(async () => {
  good = await SigningKey.generate('ES256', 'good');
  other = await SigningKey.generate('RS256', 'other');
});

describe.each(ADAPTERS)('keys that an issuer publishes, on %s', (adapter) => {
  const stage = new Stage(adapter);

  afterEach(() => stage.close());

  async function publishing(...keys: readonly unknown[]): Promise<[FaultyIssuer, GuardedApi]> {
    return serving(json({ keys }));
  }

  async function serving(jwks: Behaviour): Promise<[FaultyIssuer, GuardedApi]> {
    const issuer = await stage.issuer(jwks);
    return [issuer, await stage.api(issuer)];
  }

  /** What the token is told; the good key beside it must work in any case. */
  async function verdict(
    [issuer, api]: readonly [FaultyIssuer, GuardedApi],
    token: string,
  ): Promise<{ status: number; challenge: string | null; reason: string | undefined }> {
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    const { status, challenge } = await api.get(token);
    return { status, challenge, reason: api.reasons.at(-1) };
  }

  const refused = (reason: string): object => ({
    status: 401,
    challenge: expect.stringContaining('error="invalid_token"') as unknown,
    reason,
  });

  it('K-01, K-02: a secret among them is no key', async () => {
    const secret = Buffer.alloc(32, 's');
    const oct = { kty: 'oct', k: secret.toString('base64url'), kid: 'h', alg: 'HS256' };
    const both = await publishing(oct, good.jwk, other.jwk);
    const hs256 = spelt({ alg: 'HS256', kid: 'h' }, both[0], (input) =>
      createHmac('sha256', secret).update(input).digest(),
    );
    expect(await verdict(both, hs256)).toEqual(refused('alg_not_allowed'));
    expect((await both[1].get(await other.token(both[0]))).status).toBe(200);
  });

  it('K-03: a private key verifies nothing, and is named nowhere', async () => {
    const leaked = await SigningKey.generate('ES256', 'leaked');
    const published = await publishing(leaked.privateJwk, good.jwk);
    const found = await verdict(published, await leaked.token(published[0]));
    expect(found).toEqual(refused('key_rejected'));
    const { events, keyEvents } = published[1];
    expect(keyEvents).toContain('keys.ignored');
    expect(inspect(events, { depth: null })).not.toContain(leaked.privateJwk.d);
  });

  it('K-04: an RSA key of 1024 bits is too short', async () => {
    const { jwk, token } = rsa(1024);
    const published = await publishing(jwk, good.jwk);
    expect(await verdict(published, token(published[0]))).toEqual(refused('key_rejected'));
    expect(published[1].keyEvents).toContain('keys.ignored');
  });

  it.each([1, 2, 65_536])('an RSA exponent of %i lets anybody sign', async (exponent) => {
    const e = Buffer.from(exponent.toString(16).padStart(6, '0'), 'hex').toString('base64url');
    const { jwk, token } = rsa(2048);
    const published = await publishing({ ...jwk, e }, good.jwk);
    expect(await verdict(published, token(published[0]))).toEqual(refused('key_rejected'));
  });

  it('K-07: nothing that is not signed by a key with the ROCA fingerprint passes', async () => {
    const n = rocaModulus().toString('base64url');
    const jwk = { kty: 'RSA', n, e: 'AQAB', kid: 'roca', alg: 'RS256', use: 'sig' };
    const published = await publishing(jwk, good.jwk);
    const forged = spelt({ alg: 'RS256', kid: 'roca' }, published[0], () => Buffer.alloc(256, 1));
    expect((await verdict(published, forged)).status).toBe(401);
  });

  it('K-08: a point that is not on its curve is no key', async () => {
    const invalid = { ...good.jwk, kid: 'off', x: good.jwk.y, y: good.jwk.x };
    const published = await publishing(invalid, good.jwk);
    const forged = await good.token(published[0], { header: { kid: 'off' } });
    expect(await verdict(published, forged)).toEqual(refused('key_rejected'));
    expect(published[1].keyEvents).toContain('keys.ignored');
  });

  it.each([
    ['K-12', 'key operations without verify', { key_ops: ['encrypt'], use: undefined }],
    ['K-13', 'another algorithm than the token', { alg: 'RS512' }],
    ['K-16', 'no name, asked for by name', { kid: undefined }],
    ['–', 'another use than signatures', { use: 'enc' }],
  ])('%s: a key with %s does not match', async (_, __, difference) => {
    const published = await publishing({ ...other.jwk, ...difference }, good.jwk);
    const token = await other.token(published[0]);
    expect(await verdict(published, token)).toEqual(refused('no_matching_key'));
  });

  it('K-15: an RSA key and an EC key may share a name', async () => {
    const published = await publishing(
      { ...good.jwk, kid: 'shared' },
      { ...other.jwk, kid: 'shared' },
      good.jwk,
    );
    for (const key of [good, other]) {
      const token = await key.token(published[0], { header: { kid: 'shared' } });
      expect(await verdict(published, token)).toMatchObject({ status: 200 });
    }
  });

  it('two keys of one kind may share a name, and each verifies what it signed', async () => {
    const twin = await SigningKey.generate('ES256', 'good');
    const published = await publishing(good.jwk, twin.jwk);
    const token = await twin.token(published[0]);
    expect(await verdict(published, token)).toMatchObject({ status: 200 });
    const stranger = await SigningKey.generate('ES256', 'good');
    const forged = await stranger.token(published[0]);
    expect(await verdict(published, forged)).toEqual(refused('invalid_signature'));
  });

  it.each([
    ['K-18', 'an EC key without a point', { kty: 'EC', crv: 'P-256', kid: 'half' }],
    ['K-19', 'null', null],
    ['K-19', 'a text', 'x'],
    ['–', 'a number', 7],
    ['–', 'a list', [[]]],
    ['–', 'an empty object', {}],
    ['–', 'a key of a name that is no text', { kty: 'EC', crv: 'P-256', kid: 5 }],
  ])('%s: %s among them takes no other down', async (_, __, broken) => {
    const published = await publishing(broken, good.jwk);
    expect(await verdict(published, await good.token(published[0]))).toMatchObject({ status: 200 });
    expect(published[1].keyEvents).toEqual(['keys.refreshed', 'keys.ignored']);
  });

  it('K-26: JSON counts, whatever it is called', async () => {
    const plain = { headers: { 'content-type': 'text/plain' } };
    const published = await serving(answer({ keys: [good.jwk] }, plain));
    expect(await verdict(published, await good.token(published[0]))).toMatchObject({ status: 200 });
  });

  it('K-55: members with the names of prototypes are members', async () => {
    const hostile = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
    const key = JSON.stringify(good.jwk).replace('{', `{${hostile},`);
    const published = await serving(json(`{${hostile},"keys":[${key}]}`));
    expect(await verdict(published, await good.token(published[0]))).toMatchObject({ status: 200 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('keys for %s work', async (alg) => {
    const key = await SigningKey.generate(alg);
    const published = await publishing(key.jwk, good.jwk);
    expect(await verdict(published, await key.token(published[0]))).toMatchObject({ status: 200 });
  });
});

/** A token that no library would sign. */
function spelt(header: object, issuer: FaultyIssuer, signed: (input: string) => Buffer): string {
  const parts = [header, usualClaims(issuer)].map((part) => JSON.stringify(part));
  const input = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${input}.${signed(input).toString('base64url')}`;
}

/** An RSA key of any size, the same one each time: jose makes none below 2048 bits. */
function rsa(modulusLength: number): { jwk: JWK; token: (issuer: FaultyIssuer) => string } {
  const pair = pairs.get(modulusLength) ?? generateKeyPairSync('rsa', { modulusLength });
  pairs.set(modulusLength, pair);
  const { publicKey, privateKey } = pair;
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'rsa', alg: 'RS256', use: 'sig' };
  const token = (issuer: FaultyIssuer): string =>
    spelt({ alg: 'RS256', kid: 'rsa' }, issuer, (input) =>
      sign('sha256', Buffer.from(input), privateKey),
    );
  return { jwk, token };
}

/** A modulus of 2048 bits that is a power of 65537 modulo the small primes (CVE-2017-15361). */
function rocaModulus(): Buffer {
  const product = ROCA_PRIMES.reduce((all, prime) => all * prime, 1n);
  const start = (1n << 2047n) + 1n;
  const modulus = start - (start % product) + 65_537n + product * 2n;
  return Buffer.from(modulus.toString(16), 'hex');
}
