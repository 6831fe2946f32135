import type { Signer } from './issuers.js';
import { schemeOf, signatureOf } from './signing.js';

/** A valid token, and what it was made of. */
export interface SignedToken {
  readonly signer: Signer;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly segments: Segments;
  readonly text: string;
}

/** The three parts of the compact serialization (RFC 7515 section 7.1), each in base64url. */
type Segments = readonly [header: string, payload: string, signature: string];

export function signedToken(
  signer: Signer,
  header: SignedToken['header'],
  claims: SignedToken['claims'],
): SignedToken {
  const text = compact(JSON.stringify(header), JSON.stringify(claims), signer);
  return { signer, header, claims, text, segments: text.split('.') as unknown as Segments };
}

/** Signs the given texts, as they are spelt. */
export function compact(header: string, payload: string, { alg, key }: Signer): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${encoded(signatureOf(input, key, schemeOf(alg)))}`;
}

export function encoded(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64url');
}

export function decoded(segment: string): Buffer {
  return Buffer.from(segment, 'base64url');
}
