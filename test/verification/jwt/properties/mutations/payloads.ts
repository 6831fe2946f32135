import fc from 'fast-check';
import { AUDIENCE, NOW } from '../issuers.js';
import { encoded } from '../signed-token.js';
import { family, withSegment, type MutationFamily } from './family.js';
import { doubled, edited, type Edit } from './json-edits.js';

/** What an attacker would like a token to say, and what may confuse whoever reads it. */
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.constant('sub'), fc.string({ minLength: 1 })),
  fc.tuple(fc.constant('roles'), fc.array(fc.constantFrom('admin', 'root', 'reader'))),
  fc.tuple(fc.constant('scope'), fc.constantFrom('admin', 'orders:read orders:write', '*')),
  fc.tuple(fc.constant('exp'), fc.integer({ min: NOW, max: NOW * 2 })),
  fc.tuple(fc.constantFrom('nbf', 'iat'), fc.integer({ min: 0, max: NOW })),
  fc.tuple(fc.constant('iss'), fc.constantFrom('https://a.test/', 'https://b.test/', 'https://a')),
  fc.tuple(fc.constant('aud'), fc.constantFrom<unknown>(AUDIENCE, [AUDIENCE], [], 'api://all')),
  fc.tuple(fc.constantFrom('jti', 'client_id', 'org_id', 'azp'), fc.string()),
  fc.tuple(fc.constant('cnf'), fc.constantFrom<unknown>({}, { jkt: 'x' }, undefined, null)),
  fc.tuple(fc.constantFrom('act', '__proto__', 'constructor'), fc.jsonValue({ maxDepth: 1 })),
  fc.tuple(
    fc.constantFrom('iss', 'aud', 'exp', 'nbf', 'iat', 'sub'),
    fc.jsonValue({ maxDepth: 1 }),
  ),
  fc.tuple(fc.string({ minLength: 1, maxLength: 12 }), fc.jsonValue({ maxDepth: 2 })),
);

/** The same content in other words: no reader of JSON can tell it from the original. */
const REWORDINGS: readonly ((text: string, amount: number) => string)[] = [
  (text, amount) => JSON.stringify(JSON.parse(text), null, 1 + (amount % 10)),
  (text, amount) => text + ' \t\r\n'.charAt(amount % 4).repeat(1 + (amount % 50)),
  (text, amount) => ' \t\r\n'.charAt(amount % 4).repeat(1 + (amount % 50)) + text,
  (text, amount) => text.replaceAll(',', `,${' '.repeat(1 + (amount % 20))}`),
  (text, amount) => rotated(text, amount),
  (text, amount) => escapedAt(text, amount),
  (text) => text.replaceAll('/', '\\/'),
  (text) => text.replaceAll(/(\d+)00\b/g, '$1e2'),
  (text) => text.replaceAll(/\b\d{10}\b/g, '$&.0'),
  (text) => `\ufeff${text}`,
  (text, amount) => twice(text, amount),
];

/** Another order of the members. */
function rotated(text: string, amount: number): string {
  const members = Object.entries(JSON.parse(text) as object);
  const at = 1 + (amount % Math.max(1, members.length - 1));
  return JSON.stringify(Object.fromEntries([...members.slice(at), ...members.slice(0, at)]));
}

/** A letter written as an escape sequence. */
function escapedAt(text: string, amount: number): string {
  const letters = [...text.matchAll(/[a-z](?=[^"]*"(?:[^"]*"[^"]*")*[^"]*$)/gi)];
  const { 0: letter, index } = letters[amount % Math.max(1, letters.length)] ?? { 0: '', index: 0 };
  const code = letter.charCodeAt(0).toString(16).padStart(4, '0');
  return `${text.slice(0, index)}\\u${code}${text.slice(index + 1)}`;
}

/** A member before itself, which the last one wins. */
function twice(text: string, amount: number): string {
  const members = JSON.parse(text) as object;
  const all: readonly Edit[] = Object.entries(members);
  return doubled(members, all[amount % all.length] ?? ['', ''], true);
}

/** Other claims, or the same in other words, beside a good signature that does not cover them. */
export const PAYLOAD_MUTATIONS: readonly MutationFamily[] = [
  family('claims edited', fc.array(edits, { minLength: 1, maxLength: 3 }), (token, changes) =>
    withSegment(token, 1, encoded(edited(token.claims, changes))),
  ),
  family(
    'a claim twice',
    fc.record({ edit: edits, first: fc.boolean() }),
    (token, { edit, first }) => withSegment(token, 1, encoded(doubled(token.claims, edit, first))),
  ),
  family(
    'reworded',
    fc.record({
      segments: fc.subarray([0, 1], { minLength: 1 }),
      reworded: fc.constantFrom(...REWORDINGS),
      amount: fc.nat({ max: 5000 }),
    }),
    (token, { segments, reworded, amount }) =>
      [JSON.stringify(token.header), JSON.stringify(token.claims)]
        .map((text, at) => encoded(segments.includes(at) ? reworded(text, amount) : text))
        .concat(token.segments[2])
        .join('.'),
  ),
  family(
    'the payload replaced',
    fc.oneof(
      fc.json({ maxDepth: 2 }),
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.constantFrom('null', '[]', '{}', '""', '0', '[{}]', '{"iss":"https://a.test/"}'),
    ),
    (token, content) => withSegment(token, 1, encoded(content)),
  ),
];
