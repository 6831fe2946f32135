import fc from 'fast-check';
import { encoded } from '../signed-token.js';
import { family, withSegment, type MutationFamily } from './family.js';
import { doubled, edited, type Edit } from './json-edits.js';

const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'ES256K'],
  ...['EdDSA', 'Ed25519', 'Ed448', 'HS256', 'HS384', 'HS512', 'none', 'None', 'NONE', 'nOnE', ''],
  ...['rs256', 'es256', 'RS1', 'RSA1_5', 'RSA-OAEP', 'dir', 'A128KW', 'ML-DSA-44', 'toString'],
];

const anyValue = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(undefined));

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.constant('alg'), fc.oneof(fc.constantFrom(...ALGORITHMS), anyValue)),
  fc.tuple(fc.constant('alg'), fc.constantFrom<unknown>(['RS256'], { alg: 'RS256' }, null, 0)),
  fc.tuple(fc.constant('kid'), fc.oneof(fc.constantFrom('rsa', 'ec', 'okp', ''), anyValue)),
  fc.tuple(
    fc.constant('kid'),
    fc.constantFrom('../../dev/null', "' OR 1=1 --", '__proto__', 'constructor', 'rsa\0', 'RSA'),
  ),
  fc.tuple(
    fc.constant('typ'),
    fc.constantFrom<unknown>('JWT', 'jwt', 'at+jwt', 'application/at+jwt', 'dpop+jwt', 'JWS', null),
  ),
  fc.tuple(fc.constant('typ'), anyValue),
  fc.tuple(
    fc.constant('crit'),
    fc.constantFrom<unknown>(['b64'], ['exp'], [], ['alg'], 'b64', null, ['http://x.test/ext']),
  ),
  fc.tuple(fc.constant('b64'), fc.constantFrom<unknown>(false, true, 'false', 0, null)),
  fc.tuple(fc.constantFrom('jku', 'x5u'), fc.webUrl()),
  fc.tuple(fc.constant('jwk'), fc.constantFrom<unknown>({ kty: 'oct', k: '' }, { kty: 'RSA' }, 1)),
  fc.tuple(fc.constantFrom('x5c', 'x5t', 'x5t#S256'), fc.constantFrom<unknown>(['MIIB'], 'MIIB')),
  fc.tuple(fc.constant('zip'), fc.constantFrom<unknown>('DEF', 'GZIP', null)),
  fc.tuple(fc.constant('cty'), fc.constantFrom<unknown>('JWT', 'at+jwt', 'json')),
  fc.tuple(fc.constantFrom('enc', 'epk', 'p2c', 'apu', 'iss', 'aud', 'sub', 'exp'), anyValue),
  fc.tuple(fc.string({ minLength: 1, maxLength: 12 }), anyValue),
);

const severalEdits = fc.array(edits, { minLength: 1, maxLength: 3 });

/** Edits that a good signature stands beside, and does not cover. */
export const HEADER_MUTATIONS: readonly MutationFamily[] = [
  family('the header edited', severalEdits, (token, changes) =>
    withSegment(token, 0, encoded(edited(token.header, changes))),
  ),
  family(
    'the header edited, b64 and crit',
    fc.record({ raw: fc.boolean(), changes: fc.array(edits, { maxLength: 1 }) }),
    (token, { raw, changes }) => {
      const unencoded: Edit[] = [...changes, ['b64', false], ['crit', ['b64']]];
      const header = encoded(edited(token.header, unencoded));
      const [, payload, signature] = token.segments;
      // RFC 7797: the payload may then stand there as it is.
      return [header, raw ? JSON.stringify(token.claims) : payload, signature].join('.');
    },
  ),
  family(
    'a member of the header twice',
    fc.record({ edit: edits, first: fc.boolean() }),
    (token, { edit, first }) => withSegment(token, 0, encoded(doubled(token.header, edit, first))),
  ),
  family(
    'the header replaced',
    fc.oneof(
      fc.json({ maxDepth: 2 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('null', '[]', '{}', '""', '0', '{', '{"alg"', '[{"alg":"none"}]'),
    ),
    (token, text) => withSegment(token, 0, encoded(text)),
  ),
  family(
    'header, edited, without the signature it had',
    fc.record({ changes: severalEdits, signature: fc.uint8Array({ maxLength: 80 }) }),
    ({ header, segments: [, payload] }, { changes, signature }) =>
      [encoded(edited(header, changes)), payload, encoded(signature)].join('.'),
  ),
];
