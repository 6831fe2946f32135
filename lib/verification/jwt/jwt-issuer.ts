import type { JSONWebKeySet } from 'jose';
import type { Concealed } from '../../core/concealed.js';
import type { ExpectedAudience } from '../registered-claims.js';
import type { TokenMark } from '../token-mark.js';
import type { KeySetAddress } from './keys/key-set-endpoint.js';

/** Keys that an issuer publishes. */
export interface RemoteKeys extends Omit<KeySetAddress, 'issuer'> {
  readonly kind: 'remote';
  /** In milliseconds. Default: as for all issuers. */
  readonly freshMs?: number | undefined;
}

/** Where the keys of an issuer come from: one source, never a mixture. */
export type KeySource =
  /** Fetched from the address, or from the one the issuer's metadata names. */
  | RemoteKeys
  | { readonly kind: 'static'; readonly jwks: JSONWebKeySet }
  | { readonly kind: 'secret'; readonly secrets: Concealed<readonly Uint8Array[]> };

/** Issuer, audience, algorithms and keys: one tuple, never mixed with another issuer's. */
export interface JwtIssuer {
  /** Compared with claim `iss` byte for byte. */
  readonly issuer: string;
  /** One of these must be in claim `aud`; `null` waives the check. */
  readonly audience: ExpectedAudience;
  readonly algorithms: ReadonlySet<string>;
  /** What its access tokens look like: as RFC 9068 section 2 has it, or as JWTs in general. */
  readonly profile: 'rfc9068' | undefined;
  /** How far the issuer's clock may be off, in seconds. */
  readonly clockToleranceSeconds: number;
  /** How long ago a token may have been issued, in seconds; `undefined` for as long as it is valid. */
  readonly maxTokenAgeSeconds: number | undefined;
  /** The claims that name the client. */
  readonly clientClaims: readonly string[];
  /** Whichever of them a token has must be among these; `undefined` for any client. */
  readonly authorizedParties: ReadonlySet<string> | undefined;
  /** Whether a token must name its client, where only some are accepted. */
  readonly demandsParty: boolean;
  /** What tells access tokens from the issuer's other tokens: all of it. */
  readonly tokenUse: readonly TokenMark[];
  /** What tells the tokens of clients that act for themselves: any of it. */
  readonly serviceUse: readonly TokenMark[];
  readonly keys: KeySource;
}
