import { AUDIENCE, NOW, type Signer } from '../issuers.js';
import { encoded } from '../signed-token.js';
import { schemeOf, signatureOf, type SignatureScheme } from '../signing.js';
import { ISSUER } from './both-verifiers.js';

/** A token before it is signed, as the twists leave it. */
export interface TokenDraft {
  readonly signer: Signer;
  readonly scheme: SignatureScheme;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** From the claims to the payload, and from the signature to its text. */
  readonly spellPayload: (json: string) => string | Uint8Array;
  readonly spellSegments: (segments: readonly [string, string]) => readonly [string, string];
  readonly spellSignature: (signature: Uint8Array) => string;
}

/** A change to a draft. */
export type Twist = (draft: TokenDraft) => TokenDraft;

/** What RFC 9068 section 2 asks for, and no more. */
export function plainDraft(signer: Signer): TokenDraft {
  return {
    signer,
    scheme: schemeOf(signer.alg),
    header: { alg: signer.alg, typ: 'at+jwt', kid: signer.kid },
    claims: {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'ann',
      client_id: 'shop',
      jti: '1',
      iat: NOW - 60,
      exp: NOW + 300,
    },
    spellPayload: (json) => json,
    spellSegments: (segments) => segments,
    spellSignature: encoded,
  };
}

export const withClaims =
  (claims: TokenDraft['claims']): Twist =>
  (draft) => ({ ...draft, claims: { ...draft.claims, ...claims } });

export const withHeader =
  (header: TokenDraft['header']): Twist =>
  (draft) => ({ ...draft, header: { ...draft.header, ...header } });

/** A number that `JSON.stringify` would not write: `'<1e400>'` becomes `1e400`. */
const BARE = /"<([^"]*)>"/g;

export function signedDraft(draft: TokenDraft): string {
  const { signer, scheme, spellPayload, spellSegments, spellSignature } = draft;
  const payload = spellPayload(JSON.stringify(draft.claims).replaceAll(BARE, '$1'));
  const segments = [encoded(JSON.stringify(draft.header)), encoded(payload)] as const;
  const input = spellSegments(segments).join('.');
  return `${input}.${spellSignature(signatureOf(input, signer.key, scheme))}`;
}
