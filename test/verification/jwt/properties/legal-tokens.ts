import fc from 'fast-check';
import { AUDIENCE, NOW, type Signer } from './issuers.js';
import { compact, encoded } from './signed-token.js';

/** The length cap of a token, in characters, from the README. */
const MAX_LENGTH = 8192;

/** A token that nothing may be said against, and what it says. */
export interface LegalToken {
  readonly signer: Signer;
  readonly text: string;
  /** As JSON. */
  readonly payload: string;
}

const unicode = fc.string({ unit: 'binary', minLength: 1, maxLength: 24 });
const readable = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 });
/** Lone surrogates too: JSON can write them, as escape sequences. */
const anyText = fc.oneof(
  unicode,
  readable,
  fc.constantFrom('\ud800', 'a\udfffb', '\0', '__proto__'),
);

/** What has a meaning to the verifier is given one below, and not made up. */
const MEANINGFUL = /^(?:iss|aud|exp|nbf|iat|sub|jti|client_id|azp|cnf|pad)$/;
const claimName = fc
  .oneof(anyText, fc.constantFrom('roles', 'scope', 'act', 'toString', 'constructor', 'then'))
  .filter((name) => !MEANINGFUL.test(name));

const leaf = fc.oneof(
  anyText,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);

/** As deep as it says, through arrays and objects. */
const nested = fc
  .record({ core: leaf, shape: fc.array(fc.boolean(), { maxLength: 30 }), name: anyText })
  .map(({ core, shape, name }) =>
    shape.reduce<unknown>((inner, isArray) => (isArray ? [inner] : own([[name, inner]])), core),
  );

/** `__proto__` is a member like any other, as it is for a parser of JSON. */
function own(members: Iterable<readonly [string, unknown]>): object {
  return Object.fromEntries(members);
}

const claimValue = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 2, arbitrary: nested },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 150 }).map((length) => Array<string>(length).fill('role')),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

const otherClaims = fc.array(fc.tuple(claimName, claimValue), { maxLength: 6 });

const audience = fc.oneof(
  fc.constant(AUDIENCE),
  fc
    .tuple(fc.array(fc.oneof(anyText, fc.constant('')), { maxLength: 5 }), fc.nat({ max: 5 }))
    .map(([others, at]) => others.toSpliced(at, 0, AUDIENCE)),
);

/** At the boundary, one second inside, a hair inside, and far from it. */
function dates(tolerance: number): fc.Arbitrary<object> {
  const oldest = NOW - tolerance;
  const latest = NOW + tolerance;
  const past = fc.constantFrom<unknown>(
    latest,
    latest - 1,
    latest - 0.001,
    NOW,
    0,
    -1.5,
    undefined,
  );
  return fc.record({
    exp: fc.oneof(
      fc.constantFrom(oldest + 0.001, oldest + 1, NOW + 1, NOW + 300.25, 1e300),
      fc.integer({ min: oldest + 1, max: 2 ** 53 }),
      fc.double({ min: oldest + 0.001, max: 1e12, noNaN: true }),
    ),
    nbf: fc.oneof(past, fc.double({ min: -1e12, max: latest, noNaN: true })),
    iat: fc.oneof(past, fc.integer({ min: 0, max: latest })),
  });
}

const optional = (text: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.option(text, { nil: undefined });

function claims(signer: Signer): fc.Arbitrary<readonly (readonly [string, unknown])[]> {
  const { issuer, clockToleranceSeconds, profile } = signer.issuer;
  const named = profile ? anyText : optional(anyText);
  const asked = fc.record({ aud: audience, sub: anyText, jti: named, client_id: named });
  const all = fc.tuple(asked, dates(clockToleranceSeconds), optional(anyText), otherClaims);
  return all.map(([strings, numbers, azp, others]) => {
    // The profile asks for `iat`, which is otherwise optional.
    const iat = profile ? { iat: NOW } : {};
    const known = { iss: issuer, ...strings, ...iat, ...defined(numbers), azp };
    return Object.entries(own([...others, ...Object.entries(known)]));
  });
}

function defined(members: object): object {
  return own(Object.entries(members).filter(([, value]) => value !== undefined));
}

const JWT_TYPES = ['JWT', 'jwt', 'application/jwt', 'Application/JWT', undefined];
const ACCESS_TOKEN_TYPES = ['at+jwt', 'AT+JWT', 'application/at+jwt', 'APPLICATION/at+JWT'];

/** Members that say nothing to the verifier; what says which key to use is not believed. */
const ignoredMembers = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('jku', 'x5u'), fc.webUrl()),
    fc.tuple(fc.constantFrom('jwk', 'x5c', 'x5t', 'cty', 'zip', 'b64', 'nonce'), leaf),
    fc.tuple(
      anyText.filter((name) => !['alg', 'typ', 'kid', 'crit'].includes(name)),
      claimValue,
    ),
  ),
  { maxLength: 3 },
);

function header({
  alg,
  kid,
  issuer,
}: Signer): fc.Arbitrary<readonly (readonly [string, unknown])[]> {
  const typ = fc.constantFrom(...ACCESS_TOKEN_TYPES, ...(issuer.profile ? [] : JWT_TYPES));
  // Where the key has no name, a token may call it anything: up to 256 printable characters.
  const anyKid = optional(fc.string({ minLength: 1, maxLength: 256 }));
  const named = kid === undefined ? anyKid : fc.constantFrom(kid, undefined);
  return fc
    .record({ typ, named, ignored: ignoredMembers })
    .map(({ typ: type, named: name, ignored }) =>
      Object.entries(own([...ignored, ['alg', alg], ['typ', type], ['kid', name]])),
    );
}

/** The ways to write the same JSON. */
const spelling = fc.record({
  indent: fc.constantFrom(0, 0, 1, '\t'),
  isAscii: fc.boolean(),
  rotation: fc.nat({ max: 20 }),
});
type Spelling = typeof spelling extends fc.Arbitrary<infer T> ? T : never;

function spelt(members: readonly (readonly [string, unknown])[], how: Spelling): string {
  const at = how.rotation % Math.max(1, members.length);
  const rotated = [...members.slice(at), ...members.slice(0, at)];
  const text = JSON.stringify(own(rotated), null, how.indent);
  return how.isAscii ? text.replaceAll(/[\u007f-\uffff]/g, escaped) : text;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Fills the payload with a claim, so that the token is as long as it may be. */
function filled(payload: string, missing: number): string {
  const room = Math.floor((missing * 3) / 4);
  const start = payload.slice(0, -1).trimEnd();
  const spare = room - Buffer.byteLength(payload) - ',"pad":""'.length;
  return spare < 0 ? payload : `${start},"pad":"${'p'.repeat(spare)}"}`;
}

/** In characters: 32 octets for an HMAC, 64 for the curves, and 256 for RSA. */
function signatureLength({ alg }: Signer): number {
  return { HS: 43, RS: 342, PS: 342 }[alg.slice(0, 2)] ?? 86;
}

/** Valid tokens of one signer, whatever they say. */
export function legalTokens(signer: Signer): fc.Arbitrary<LegalToken> {
  const isFilled = fc.integer({ min: 0, max: 39 }).map((each) => each === 0);
  return fc
    .tuple(header(signer), claims(signer), spelling, spelling, isFilled)
    .map(([members, said, ofHeader, ofPayload, full]) => {
      const head = spelt(members, ofHeader);
      const body = spelt(said, ofPayload);
      const rest = encoded(head).length + 2 + signatureLength(signer);
      const payload = full ? filled(body, MAX_LENGTH - rest) : body;
      return { signer, payload, text: compact(head, payload, signer) };
    })
    .filter(({ text }) => text.length <= MAX_LENGTH);
}
