import fc from 'fast-check';
import { decoded, encoded, type SignedToken } from '../signed-token.js';
import { schemeOf, signatureOf, type SignatureScheme } from '../signing.js';
import { family, withSegment, type MutationFamily } from './family.js';

/** The order of the group of P-256 (FIPS 186-4, D.1.2.3). */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** The order of the group of Ed25519 (RFC 8032 section 5.1). */
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

export function integer(octets: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(octets).toString('hex')}`);
}

/** As many octets as asked for, or as many as it takes. */
export function octets(value: bigint, length: number): Buffer {
  const hex = value.toString(16);
  const width = Math.max(length * 2, hex.length + (hex.length % 2));
  return Buffer.from(hex.padStart(width, '0'), 'hex');
}

/** An INTEGER in DER (X.690 section 8.3), with leading zeros if wanted. */
function derInteger(value: Buffer, zeros: number): Buffer {
  const bare = octets(integer(value), 1);
  const sign = Buffer.alloc(((bare[0] ?? 0) >= 0x80 ? 1 : 0) + zeros);
  return Buffer.concat([Buffer.of(2, sign.length + bare.length), sign, bare]);
}

const signs =
  (...prefixes: string[]) =>
  ({ signer }: SignedToken): boolean =>
    prefixes.includes(signer.alg.slice(0, 2));

const scalar = fc.constantFrom('same', 'negated', 'zero', 'one', 'order', 'order added', 'max');
type Scalar = 'same' | 'negated' | 'zero' | 'one' | 'order' | 'order added' | 'max';

function changed(value: bigint, how: Scalar, order: bigint): bigint {
  const outcomes = {
    same: value,
    negated: order - value,
    zero: 0n,
    one: 1n,
    order,
    'order added': value + order,
    max: 2n ** 256n - 1n,
  };
  return outcomes[how];
}

/** Whatever else the key can be made to sign with, under the same name. */
const WRONG_SCHEMES: readonly (SignatureScheme & { readonly alg: string })[] = [
  { alg: 'RS256', family: 'RS', hash: 'sha512' },
  { alg: 'RS256', family: 'PS', hash: 'sha256' },
  { alg: 'PS256', family: 'RS', hash: 'sha256' },
  { alg: 'PS256', family: 'PS', hash: 'sha384' },
  { alg: 'PS256', family: 'PS', hash: 'sha256', saltLength: 0 },
  { alg: 'PS256', family: 'PS', hash: 'sha256', saltLength: 20 },
  { alg: 'PS256', family: 'PS', hash: 'sha256', saltLength: 64 },
  { alg: 'ES256', family: 'ES', hash: 'sha384' },
  { alg: 'ES256', family: 'ES', hash: 'sha512' },
  { alg: 'HS256', family: 'HS', hash: 'sha384' },
  { alg: 'HS256', family: 'HS', hash: 'sha512' },
];

/** Other signatures under the same content. */
export const SIGNATURE_MUTATIONS: readonly MutationFamily[] = [
  family(
    'r and s of ECDSA changed',
    // (r, n - s) is left out: it is a valid signature, see respelt-signature.spec.ts.
    fc.tuple(scalar, scalar).filter(([r, s]) => !(r === 'same' && ['same', 'negated'].includes(s))),
    (token, [r, s]) => {
      const signature = decoded(token.segments[2]);
      const halves = [signature.subarray(0, 32), signature.subarray(32)].map(integer);
      const [first = 0n, second = 0n] = halves;
      const values = [changed(first, r, P256_ORDER), changed(second, s, P256_ORDER)];
      const whole = Buffer.concat(values.map((value) => octets(value, 32)));
      return withSegment(token, 2, encoded(whole));
    },
    signs('ES'),
  ),
  family(
    'ECDSA in DER',
    fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 3 })),
    (token, [zerosOfR, zerosOfS, tail]) => {
      const signature = decoded(token.segments[2]);
      const r = derInteger(signature.subarray(0, 32), zerosOfR);
      const s = derInteger(signature.subarray(32), zerosOfS);
      const der = Buffer.concat([Buffer.of(0x30, r.length + s.length), r, s, tail]);
      return withSegment(token, 2, encoded(der));
    },
    signs('ES'),
  ),
  family(
    'R and S of EdDSA changed',
    fc.record({
      times: fc.integer({ min: 0, max: 15 }),
      how: fc.constantFrom('added', 'negated', 'zero'),
      r: fc.constantFrom('same', 'identity', 'sign', 'zero'),
    }),
    (token, { times, how, r }) => {
      const signature = decoded(token.segments[2]);
      const s = integer(signature.subarray(32).reverse());
      const outcomes = {
        added: s + BigInt(times) * ED25519_ORDER,
        negated: ED25519_ORDER * BigInt(times + 1) - s,
        zero: BigInt(times) * ED25519_ORDER,
      };
      if (r === 'identity') signature.fill(0, 0, 32).fill(1, 0, 1);
      if (r === 'zero') signature.fill(0, 0, 32);
      if (r === 'sign') signature[31] = (signature[31] ?? 0) ^ 0x80;
      const end = octets(outcomes[how], 32).reverse();
      return withSegment(token, 2, encoded(Buffer.concat([signature.subarray(0, 32), end])));
    },
    signs('Ed'),
  ),
  family(
    'the number of an RSA signature changed',
    fc.record({
      how: fc.constantFrom('multiple added', 'negated', 'zero', 'one', 'multiple', 'less one'),
      times: fc.integer({ min: 1, max: 20 }),
      length: fc.constantFrom(1, 255, 256, 257),
    }),
    (token, { how, times, length }) => {
      const { n = '' } = token.signer.publicKey?.export({ format: 'jwk' }) ?? {};
      const modulus = integer(decoded(n));
      const value = integer(decoded(token.segments[2]));
      const outcomes = {
        'multiple added': value + BigInt(times) * modulus,
        negated: BigInt(times) * modulus - value,
        zero: 0n,
        one: 1n,
        multiple: BigInt(times) * modulus,
        'less one': BigInt(times) * modulus - 1n,
      };
      return withSegment(token, 2, encoded(octets(outcomes[how], length)));
    },
    signs('RS', 'PS'),
  ),
  family(
    'octets around the signature',
    fc.record({
      front: fc.boolean(),
      fill: fc.constantFrom(0, 1, 255),
      count: fc.integer({ min: 1, max: 64 }),
    }),
    (token, { front, fill, count }) => {
      const parts = [decoded(token.segments[2]), Buffer.alloc(count, fill)];
      return withSegment(token, 2, encoded(Buffer.concat(front ? parts.reverse() : parts)));
    },
  ),
  family(
    'a signature of no meaning',
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc
        .tuple(fc.constantFrom(32, 64, 96, 256), fc.nat({ max: 255 }))
        .map(([length, fill]) => Buffer.alloc(length, fill)),
    ),
    (token, signature) => withSegment(token, 2, encoded(signature)),
  ),
  family(
    'signed by the right key in the wrong way',
    fc.record({ which: fc.nat({ max: 100 }), jti: fc.string() }),
    ({ signer, header, claims }, { which, jti }) => {
      const ways = WRONG_SCHEMES.filter(({ alg }) => alg === signer.alg);
      const scheme = ways[which % ways.length] ?? schemeOf(signer.alg);
      const input = [header, { ...claims, jti: `x${jti}` }]
        .map((each) => encoded(JSON.stringify(each)))
        .join('.');
      return `${input}.${encoded(signatureOf(input, signer.key, scheme))}`;
    },
    signs('RS', 'PS', 'ES', 'HS'),
  ),
  family(
    'signed by the right key, something else',
    fc.record({
      of: fc.constantFrom('payload', 'header', 'decoded', 'swapped', 'dotless'),
      role: fc.string(),
    }),
    ({ signer, header, claims }, { of, role }) => {
      const [first, second] = [header, { ...claims, roles: [role] }].map((each) =>
        JSON.stringify(each),
      );
      const [left, right] = [encoded(first ?? ''), encoded(second ?? '')];
      const content = {
        payload: right,
        header: left,
        decoded: `${first}.${second}`,
        swapped: `${right}.${left}`,
        dotless: left + right,
      }[of];
      return `${left}.${right}.${encoded(signatureOf(content, signer.key, schemeOf(signer.alg)))}`;
    },
  ),
];
