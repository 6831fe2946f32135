import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { DEFAULT_ALGORITHMS } from '../../../../lib/verification/jwt/algorithms.js';
import { inspectKey } from '../../../../lib/verification/jwt/keys/key-inspection.js';
import { readPublishedKeys } from '../../../../lib/verification/jwt/keys/published-keys.js';

const jwkOf = (key: KeyObject): JWK => key.export({ format: 'jwk' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const RSA = jwkOf(rsa.publicKey);
const EC = jwkOf(ec.publicKey);

function outcome(key: unknown): string {
  const inspection = inspectKey(key, DEFAULT_ALGORITHMS);
  return inspection.kind === 'unsound' ? inspection.flaw : inspection.kind;
}

describe('inspectKey', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['RSA', RSA, ['RS256', 'PS256']],
    ['RSA for one algorithm', { ...RSA, alg: 'PS256' }, ['PS256']],
    ['EC', { ...EC, use: 'sig', key_ops: ['verify'] }, ['ES256']],
    ['Ed25519', jwkOf(ed.publicKey), ['EdDSA', 'Ed25519']],
    ['a modulus with a leading zero', { ...RSA, n: `AA${RSA.n ?? ''}` }, ['RS256', 'PS256']],
  ])('takes a key for %s', (_, key, algorithms) => {
    expect(inspectKey(key, DEFAULT_ALGORITHMS)).toMatchObject({ kind: 'usable', algorithms });
  });

  it.each<[string, unknown, string]>([
    ['a secret', { kty: 'oct', k: 'AAAA' }, 'irrelevant'],
    ['a key to encrypt with', { ...RSA, use: 'enc' }, 'irrelevant'],
    ['a key to wrap keys with', { ...RSA, key_ops: ['wrapKey'] }, 'irrelevant'],
    ['a key for an algorithm that is not accepted', { ...RSA, alg: 'RS512' }, 'irrelevant'],
    ['a curve for one', { ...EC, crv: 'P-384' }, 'irrelevant'],
    ['a curve of another key type', { ...EC, kty: 'OKP' }, 'irrelevant'],
    ['a key type of the future', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' }, 'irrelevant'],
    ['null', null, 'malformed'],
    ['a text', 'key', 'malformed'],
    ['no key type', { kid: '1' }, 'malformed'],
    ['a key type that is no text', { ...EC, kty: ['EC'] }, 'malformed'],
    ['no coordinates', { kty: 'EC', crv: 'P-256' }, 'malformed'],
    ['a coordinate that is no text', { ...EC, x: 7 }, 'malformed'],
    ['a key id that is no text', { ...EC, kid: {} }, 'malformed'],
    ['a private key', jwkOf(ec.privateKey), 'private'],
    ['a private RSA key', jwkOf(rsa.privateKey), 'private'],
    ['a short RSA key', jwkOf(short.publicKey), 'rsa_size'],
    ['a huge RSA key', { ...RSA, n: 'f'.repeat(1400) }, 'rsa_size'],
    ['exponent 1', { ...RSA, e: 'AQ' }, 'rsa_exponent'],
    ['an even exponent', { ...RSA, e: 'AQAA' }, 'rsa_exponent'],
    ['no exponent', { ...RSA, e: undefined }, 'malformed'],
  ])('does not take %s', (_, key, expected) => {
    expect(outcome(key)).toBe(expected);
  });

  const TENANT = '11111111-2222-3333-4444-555555555555';
  const of = (tenant: string): string => `https://login.test/${tenant}/v2.0`;

  it.each<[string, unknown, string]>([
    ['nobody in particular', undefined, 'usable'],
    ['the issuer', of(TENANT), 'usable'],
    ['any tenant', of('{tenantid}'), 'usable'],
    ['another tenant', of(TENANT.replace('1', '2')), 'other_issuer'],
    ['any tenant of another issuer', 'https://other.test/{tenantid}/v2.0', 'other_issuer'],
    ['any tenant, in another form', `https://login.test/{tenantid}`, 'other_issuer'],
    ['two of them', of('{tenantid}{tenantid}'), 'other_issuer'],
    [
      'a tenant and what overlaps it',
      `https://login.test/${TENANT}/v2{tenantid}2.0`,
      'other_issuer',
    ],
    ['no text', [of(TENANT)], 'other_issuer'],
  ])('B5: a key that says it is of %s', (_, issuer, expected) => {
    const inspection = inspectKey({ ...EC, issuer }, DEFAULT_ALGORITHMS, of(TENANT));
    expect(inspection.kind === 'unsound' ? inspection.flaw : inspection.kind).toBe(expected);
  });

  it('B5: any tenant has an id', () => {
    const key = { ...EC, issuer: of('{tenantid}') };
    expect(inspectKey(key, DEFAULT_ALGORITHMS, of('common'))).toMatchObject({ kind: 'unsound' });
    expect(inspectKey(key, DEFAULT_ALGORITHMS)).toMatchObject({ kind: 'usable' });
  });

  it('hands on nothing that takes no part in a verification, nor what a prototype has', () => {
    const key = JSON.parse(
      JSON.stringify({ ...EC, x5c: ['AA'], ext: false }).replace('{', '{"__proto__":{"d":"AA"},'),
    ) as unknown;
    expect(inspectKey(key, DEFAULT_ALGORITHMS)).toEqual({
      kind: 'usable',
      key: EC,
      algorithms: ['ES256'],
    });
  });
});

describe('readPublishedKeys', () => {
  it('keeps the good keys, and tells of the others', async () => {
    const twisted = {
      ...EC,
      y: jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey).y,
    };
    const { keys, ignored, set } = await readPublishedKeys(
      [null, { ...EC, kid: 'good' }, { ...twisted, kid: 'twisted' }, { kty: 'oct', k: 'AA' }],
      DEFAULT_ALGORITHMS,
    );
    expect(keys.map(({ key }) => key.kid)).toEqual(['good']);
    expect(ignored).toEqual([
      { kid: undefined, flaw: 'malformed' },
      { kid: 'twisted', flaw: 'not_importable' },
    ]);
    const [found] = await set.candidates({ alg: 'ES256', kid: 'good' });
    expect(keys.map(({ thumbprint }) => thumbprint)).toEqual([found?.thumbprint]);
  });
});
