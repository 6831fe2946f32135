import type { JSONWebKeySet } from 'jose';

/** Where the keys of an issuer come from: one source, never a mixture. */
export type KeySource =
  /** Fetched from the address, or from the one the issuer's metadata names. */
  | { readonly kind: 'remote'; readonly jwksUri: URL | undefined }
  | { readonly kind: 'static'; readonly jwks: JSONWebKeySet }
  | { readonly kind: 'secret'; readonly secret: Uint8Array };

/** Issuer, audience, algorithms and keys: one tuple, never mixed with another issuer's. */
export interface JwtIssuer {
  /** Compared with claim `iss` byte for byte. */
  readonly issuer: string;
  /** One of these must be in claim `aud`; `null` waives the check. */
  readonly audience: ReadonlySet<string> | null;
  readonly algorithms: ReadonlySet<string>;
  /** How far the issuer's clock may be off, in seconds. */
  readonly clockToleranceSeconds: number;
  readonly keys: KeySource;
}
