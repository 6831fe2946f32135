import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, type JWK } from 'jose';
import { AuthError } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import { resolveIssuer } from '../../../lib/module/options/resolve-issuer.js';
import type { IssuerOptions } from '../../../lib/module/options/issuer-options.js';
import { FixedIssuers } from '../../../lib/verification/jwt/issuer-registry.js';
import { JwtVerifier } from '../../../lib/verification/jwt/jwt-verifier.js';
import { LocalKeySet } from '../../../lib/verification/jwt/keys/local-key-set.js';
import { JwksService } from '../../../lib/verification/jwt/keys/jwks-service.js';
import { surroundings } from './keys/surroundings.js';

const A = { issuer: 'https://a.test/', audience: 'api' };
const B = { issuer: 'https://b.test/', audience: 'api' };
const SECRET = 'a secret that is long enough for HS256';

const pair = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const jwk = (key: KeyObject, more: JWK = {}): JWK => ({
  ...key.export({ format: 'jwk' }),
  ...more,
});

function verifier(...options: IssuerOptions[]): JwtVerifier {
  const issuers = options.map((each) => resolveIssuer('issuer', each));
  return new JwtVerifier(new FixedIssuers(issuers), {
    jwks: new JwksService(issuers, surroundings()),
    clock: Date.now,
  });
}

function sign(key: KeyObject | Uint8Array, issuer: string, header: object = {}): Promise<string> {
  const alg = key instanceof Uint8Array ? 'HS256' : 'ES256';
  return new SignJWT({ iss: issuer, aud: 'api', sub: 'ann' })
    .setProtectedHeader({ alg, ...header })
    .setExpirationTime('1m')
    .sign(key);
}

async function verdict(subject: JwtVerifier, token: string): Promise<string> {
  try {
    const { issuer } = await subject.verify(new Credential('header', token));
    return issuer;
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError);
    return (error as AuthError).reason;
  }
}

describe('JwtVerifier', () => {
  const one = pair();
  const two = pair();

  it('verifies with a PEM, whatever key id a token names', async () => {
    const subject = verifier({ ...A, publicKey: pem(one.publicKey) });
    expect(await verdict(subject, await sign(one.privateKey, A.issuer))).toBe(A.issuer);
    const named = await sign(one.privateKey, A.issuer, { kid: 'any' });
    expect(await verdict(subject, named)).toBe(A.issuer);
    expect(await verdict(subject, await sign(two.privateKey, A.issuer))).toBe('invalid_signature');
  });

  it('verifies with each of several keys while they rotate', async () => {
    const publicKey = [pem(one.publicKey), jwk(two.publicKey)];
    const subject = verifier({ ...A, publicKey });
    expect(await verdict(subject, await sign(one.privateKey, A.issuer))).toBe(A.issuer);
    expect(await verdict(subject, await sign(two.privateKey, A.issuer))).toBe(A.issuer);
    expect(await verdict(subject, await sign(pair().privateKey, A.issuer))).toBe(
      'invalid_signature',
    );
  });

  it('picks the key of a set by its id', async () => {
    const keys = [jwk(one.publicKey, { kid: '1' }), jwk(two.publicKey, { kid: '2' })];
    const subject = verifier({ ...A, jwks: { keys } });
    const by = (kid: string): Promise<string> => sign(one.privateKey, A.issuer, { kid });
    expect(await verdict(subject, await by('1'))).toBe(A.issuer);
    expect(await verdict(subject, await by('2'))).toBe('invalid_signature');
    expect(await verdict(subject, await by('3'))).toBe('no_matching_key');
  });

  it('does not guess which of several named keys a token means that names none', async () => {
    const keys = [jwk(one.publicKey, { kid: '1' }), jwk(two.publicKey, { kid: '2' })];
    const unnamed = await sign(one.privateKey, A.issuer);
    expect(await verdict(verifier({ ...A, jwks: { keys } }), unnamed)).toBe('ambiguous_key');
    const alone = verifier({ ...A, jwks: { keys: keys.slice(0, 1) } });
    expect(await verdict(alone, unnamed)).toBe(A.issuer);
  });

  it('tries the keys that share an id', async () => {
    const keys = [jwk(one.publicKey, { kid: '1' }), jwk(two.publicKey, { kid: '1' })];
    const subject = verifier({ ...A, jwks: { keys } });
    const token = await sign(two.privateKey, A.issuer, { kid: '1' });
    expect(await verdict(subject, token)).toBe(A.issuer);
  });

  it('rejects a key that is no point on its curve', async () => {
    const broken = { ...jwk(one.publicKey), y: jwk(two.publicKey).y ?? '', kid: '1' };
    const candidates = new LocalKeySet([broken]).candidates({ alg: 'ES256', kid: '1' });
    await expect(Promise.resolve(candidates)).rejects.toMatchObject({ reason: 'key_rejected' });
  });

  it('verifies with a secret, given as text or octets', async () => {
    const octets = new TextEncoder().encode(SECRET);
    const token = await sign(octets, A.issuer);
    expect(await verdict(verifier({ ...A, secret: SECRET }), token)).toBe(A.issuer);
    expect(await verdict(verifier({ ...A, secret: octets }), token)).toBe(A.issuer);
    const other = verifier({ ...A, secret: SECRET.toUpperCase() });
    expect(await verdict(other, token)).toBe('invalid_signature');
  });

  it('never verifies an HMAC with a public key, nor a signature with a secret', async () => {
    const subject = verifier({ ...A, publicKey: pem(one.publicKey) }, { ...B, secret: SECRET });
    const confused = await sign(new TextEncoder().encode(pem(one.publicKey)), A.issuer);
    expect(await verdict(subject, confused)).toBe('alg_not_allowed');
    expect(await verdict(subject, await sign(one.privateKey, B.issuer))).toBe('alg_not_allowed');
  });

  it('never verifies the token of one issuer with the keys of another', async () => {
    const subject = verifier(
      { ...A, publicKey: pem(one.publicKey) },
      { ...B, publicKey: pem(two.publicKey) },
    );
    expect(await verdict(subject, await sign(one.privateKey, A.issuer))).toBe(A.issuer);
    expect(await verdict(subject, await sign(two.privateKey, B.issuer))).toBe(B.issuer);
    expect(await verdict(subject, await sign(two.privateKey, A.issuer))).toBe('invalid_signature');
    expect(await verdict(subject, await sign(one.privateKey, B.issuer))).toBe('invalid_signature');
  });

  it.each(['https://a.test', 'https://a.test//', 'https://A.test/', 'toString', '__proto__', ''])(
    'compares the issuer %j byte for byte',
    async (issuer) => {
      const subject = verifier({ ...A, publicKey: pem(one.publicKey) });
      expect(await verdict(subject, await sign(one.privateKey, issuer))).toBe('unknown_issuer');
    },
  );

  it('ignores keys that the token brings along', async () => {
    const attacker = pair();
    const subject = verifier({ ...A, publicKey: pem(one.publicKey) });
    const header = {
      jwk: jwk(attacker.publicKey),
      jku: 'https://evil.test/',
      x5u: 'https://e.test',
    };
    const forged = await sign(attacker.privateKey, A.issuer, header);
    expect(await verdict(subject, forged)).toBe('invalid_signature');
    const honest = await sign(one.privateKey, A.issuer, header);
    expect(await verdict(subject, honest)).toBe(A.issuer);
  });

  it('accepts only the algorithms that are configured', async () => {
    const subject = verifier({
      ...A,
      publicKey: pem(one.publicKey),
      algorithms: ['ES384', 'ES256'],
    });
    const other = generateKeyPairSync('ed25519').privateKey;
    const token = await sign(other, A.issuer, { alg: 'EdDSA' });
    expect(await verdict(subject, token)).toBe('alg_not_allowed');
  });

  it('tolerates as much difference between clocks as is configured', async () => {
    const token = await new SignJWT({ iss: A.issuer, aud: 'api', sub: 'ann' })
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime('-30s')
      .sign(one.privateKey);
    const publicKey = pem(one.publicKey);
    const strict = verifier({ ...A, publicKey });
    const lenient = verifier({ ...A, publicKey, clockToleranceSeconds: 60 });
    expect(await verdict(strict, token)).toBe('token_expired');
    expect(await verdict(lenient, token)).toBe(A.issuer);
  });
});
