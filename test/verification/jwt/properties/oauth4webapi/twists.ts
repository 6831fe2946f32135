import fc from 'fast-check';
import { AUDIENCE, NOW, type Signer } from '../issuers.js';
import { encoded } from '../signed-token.js';
import { schemeOf } from '../signing.js';
import { ISSUER, KNOWN_SIGNERS, STRANGERS, TOLERANCE_SECONDS } from './both-verifiers.js';
import { plainDraft, signedDraft, withClaims, withHeader, type Twist } from './token-draft.js';

const WRONG_TYPES = [undefined, null, '', 7, 0, true, false, [], {}, ['x'], [[]], '\0'];

const anyName = fc.string({ unit: 'binary', maxLength: 10 });

function claim(name: string, ...values: unknown[]): fc.Arbitrary<Twist> {
  return fc.constantFrom(...values).map((value) => withClaims({ [name]: value }));
}

function member(name: string, ...values: unknown[]): fc.Arbitrary<Twist> {
  return fc.constantFrom(...values).map((value) => withHeader({ [name]: value }));
}

/** At a boundary, on both of its sides, by seconds and by parts of them. */
const DATES = [-1, 1]
  .map((sign) => sign * TOLERANCE_SECONDS)
  .flatMap((by) => [-1, -0.7, -0.3, 0, 0.3, 0.7, 1].map((step) => NOW + by + step));
const ODD_DATES = [
  undefined,
  null,
  '1800000300',
  true,
  [],
  {},
  0,
  -1,
  '<1e400>',
  '<-1e400>',
  1e300,
];

const CLAIM_TWISTS = [
  ...['exp', 'nbf', 'iat'].map((name) => claim(name, ...DATES, ...ODD_DATES)),
  // Once more, as time is what the two see differently: a part of the second that has begun.
  claim('exp', NOW - TOLERANCE_SECONDS + 0.3, NOW - TOLERANCE_SECONDS + 0.7),
  claim('nbf', NOW + TOLERANCE_SECONDS + 0.3, NOW + TOLERANCE_SECONDS + 0.7),
  ...['sub', 'client_id', 'jti', 'azp', 'act', 'scope'].map((name) => claim(name, ...WRONG_TYPES)),
  claim('iss', ISSUER, ISSUER.slice(0, -1), ISSUER.toUpperCase(), [ISSUER], ...WRONG_TYPES),
  claim('aud', [AUDIENCE], ['x', AUDIENCE], [AUDIENCE, ''], `${AUDIENCE}/`, ['x'], ...WRONG_TYPES),
  claim('aud', [AUDIENCE, 7], [null, AUDIENCE], [AUDIENCE, [AUDIENCE]], [[AUDIENCE]], { AUDIENCE }),
  claim('cnf', {}, { jkt: 'x' }, { 'x5t#S256': 'x' }, { jkt: 'x', kid: 'y' }, ...WRONG_TYPES),
  fc.tuple(anyName, fc.jsonValue()).map(([name, value]) => withClaims({ [`_${name}`]: value })),
  // Around the greatest depth, which is 32.
  fc.integer({ min: 25, max: 40 }).map((depth) => withClaims({ deep: nested(depth) })),
  // Around the greatest length, which is 8192 characters.
  fc.integer({ min: 5000, max: 6500 }).map((length) => withClaims({ long: 'x'.repeat(length) })),
];

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce((inner) => [inner], 1);
}

const HEADER_TWISTS = [
  member('typ', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt', 'JWT', 'at+jwt '),
  member('typ', 'dpop+jwt', 'application/application/at+jwt', 'at%2Bjwt', ...WRONG_TYPES),
  member('kid', 'rsa', 'ec', 'second', 'other', 'x'.repeat(256), ...WRONG_TYPES),
  // Once more, as this is another.
  member('kid', undefined, 'okp'),
  member('crit', ['exp'], ['b64'], 'exp', ...WRONG_TYPES),
  member('b64', true, false, null),
  member('jwk', { kty: 'oct', k: 'AA' }, 7, null),
  member('cty', 'JWT', null),
  fc.tuple(anyName, fc.jsonValue()).map(([name, value]) => withHeader({ [`_${name}`]: value })),
];

const signedAs = (alg: string): Twist => {
  const signer = KNOWN_SIGNERS.find((each) => schemeOf(alg).family === schemeOf(each.alg).family);
  return (draft) => ({
    ...draft,
    signer: signer ?? draft.signer,
    scheme: schemeOf(alg),
    header: { ...draft.header, alg, kid: signer?.kid },
  });
};

const SIGNATURE_TWISTS: readonly fc.Arbitrary<Twist>[] = [
  // Good signatures, by algorithms that are not among the default ones.
  fc.constantFrom('RS384', 'RS512', 'PS384', 'PS512').map(signedAs),
  member('alg', 'none', 'HS256', 'RS256', 'ES256', 'ES384', 'EdDSA', ...WRONG_TYPES),
  fc.constantFrom(...STRANGERS).map((signer) => (draft) => ({
    ...draft,
    signer,
    scheme: schemeOf(signer.alg),
    header: { ...draft.header, alg: signer.alg, kid: signer.kid },
  })),
  fc.nat({ max: 511 }).map((bit) => (draft) => ({
    ...draft,
    spellSignature: (signature) => {
      const octets = Buffer.from(signature);
      octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return encoded(octets);
    },
  })),
];

/** Other ways to write what was signed, and what was not. */
const SPELLING_TWISTS: readonly fc.Arbitrary<Twist>[] = [
  fc
    .constantFrom<(signature: Uint8Array) => string>(
      (signature) => Buffer.from(signature).toString('base64'),
      (signature) => `${encoded(signature)}=`,
      (signature) => `${encoded(signature)}==`,
      (signature) => encoded(signature).slice(0, -1),
      (signature) => `${encoded(signature)}.`,
      () => '',
    )
    .map((spellSignature) => (draft) => ({ ...draft, spellSignature })),
  fc
    .constantFrom<(segment: string) => string>(
      (segment) => segment.padEnd(Math.ceil(segment.length / 4) * 4, '='),
      (segment) => Buffer.from(segment, 'base64url').toString('base64'),
      (segment) => `${segment}====`,
    )
    .map((spelt) => (draft) => ({
      ...draft,
      spellSegments: ([header, payload]) => [spelt(header), spelt(payload)],
    })),
  fc
    .constantFrom<(json: string) => string | Uint8Array>(
      (json) => `\ufeff${json}`,
      (json) => `${json} `,
      (json) => json.replace('{', '{ "sub": "eve", '),
      (json) => json.replace('{', '{ "__proto__": { "sub": "eve" }, '),
      (json) =>
        Buffer.concat([Buffer.from(json.slice(0, -2)), Buffer.from([0xff]), Buffer.from('}')]),
      (json) => Buffer.from(json.replace('{', '{"\u00e9":1,'), 'latin1'),
      (json) => json.slice(1),
      (json) => `[${json}]`,
      () => 'null',
      () => '',
    )
    .map((spellPayload) => (draft) => ({ ...draft, spellPayload })),
];

const isQuick = ({ alg }: Signer): boolean => !/^[RP]S/.test(alg);

/** Tokens of the RFC 9068 profile that are twisted nowhere, once or twice. */
export const twistedTokens: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      // RSA signs twenty times as slowly as the others.
      { weight: 1, arbitrary: fc.constantFrom(...KNOWN_SIGNERS) },
      { weight: 2, arbitrary: fc.constantFrom(...KNOWN_SIGNERS.filter(isQuick)) },
    ),
    fc.array(fc.oneof(...CLAIM_TWISTS, ...HEADER_TWISTS, ...SIGNATURE_TWISTS, ...SPELLING_TWISTS), {
      maxLength: 2,
    }),
  )
  .map(([signer, twists]) =>
    signedDraft(twists.reduce((draft, twist) => twist(draft), plainDraft(signer))),
  );
