import type { Claims } from '../../core/claims.js';
import type { MaybePromise } from '../../core/maybe-promise.js';

/** What a credential that was found authentic can be revoked by. */
export interface RevocableCredential {
  /** The issuer that vouches for it, exactly as configured. */
  readonly issuer: string;
  /** Whom it is about: the claim `sub`; where there is none, `client_id`. */
  readonly subject: string | undefined;
  /** Its own name, unique at its issuer: the claim `jti` (RFC 7519 section 4.1.7). */
  readonly tokenId: string | undefined;
  /** The session at its issuer that it belongs to: the claim `sid` (OpenID Connect Front-Channel Logout section 3). */
  readonly sessionId: string | undefined;
  /** The claim `iat`, in seconds since the epoch. */
  readonly issuedAt: number | undefined;
  /** In seconds since the epoch; `Infinity` where it does not expire. */
  readonly expiresAt: number;
  /** All it says, deeply frozen. */
  readonly claims: Claims;
}

/** Knows what was revoked before it expired. An application may implement it upon its own records. */
export interface Revocation {
  /**
   * Asked on every request, after everything else was checked.
   *
   * @returns `true` to refuse the credential, `false` to let it in; whatever else it answers, or
   *   throws, lets nobody in.
   */
  isRevoked(credential: RevocableCredential): MaybePromise<boolean>;
}
