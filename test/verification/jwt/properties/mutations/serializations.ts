import fc from 'fast-check';
import { encoded, type SignedToken } from '../signed-token.js';
import { family, type MutationFamily } from './family.js';

/** The same signature in every serialization but the compact one (RFC 7515 section 7.2), and near them. */
const FORMS: readonly ((token: SignedToken) => string)[] = [
  ({ segments: [header, payload, signature] }) =>
    JSON.stringify({ payload, protected: header, signature }),
  ({ segments: [header, payload, signature] }) =>
    JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
  ({ segments: [header, payload, signature], header: members }) =>
    JSON.stringify({ payload, protected: header, header: members, signature }),
  ({ header, segments: [, payload, signature] }) => JSON.stringify({ payload, header, signature }),
  ({ text }) => JSON.stringify(text),
  ({ text }) => JSON.stringify({ access_token: text, token_type: 'Bearer' }),
  ({ segments }) => JSON.stringify(segments),
  // RFC 7515 appendix F: the payload is elsewhere.
  ({ segments: [header, , signature] }) => `${header}..${signature}`,
  // The form of a JWE (RFC 7516 section 7.1).
  ({ segments: [header, payload, signature] }) =>
    `${header}.${payload}.${signature}.${signature}.AAAA`,
  ({ segments: [header, , signature] }) => `${header}..${signature}..`,
];

/** What is put around, or after, a text. */
const WRAPPINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => encoded(text),
  (text) => `${encoded(text)}..`,
  (text) => `.${encoded(text)}.`,
  (text) => `${text}..`,
  (text) => [text, text, text].map(encoded).join('.'),
];

/** Serializations that are not the compact one, nested tokens among them. */
export const SERIALIZATION_MUTATIONS: readonly MutationFamily[] = [
  family(
    'another serialization',
    fc.record({
      form: fc.constantFrom(...FORMS),
      wrapped: fc.constantFrom(...WRAPPINGS),
      spaces: fc.nat({ max: 20 }),
    }),
    (token, { form, wrapped, spaces }) => wrapped(form(token) + ' '.repeat(spaces)),
  ),
  family(
    'a token within a token',
    fc.record({
      cty: fc.constantFrom('JWT', 'at+jwt', undefined),
      form: fc.constantFrom(...FORMS),
    }),
    (token, { cty, form }) => {
      const header = encoded(JSON.stringify({ ...token.header, cty }));
      return [header, encoded(form(token)), token.segments[2]].join('.');
    },
  ),
];
