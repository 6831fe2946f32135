import type { Claims } from '../../core/claims.js';

/** What an access token of Tesseral says: `@Claims() claims: TesseralClaims`. */
export interface TesseralClaims extends Claims {
  readonly iss: string;
  readonly aud: string;
  /** The user's id. */
  readonly sub: string;
  readonly exp: number;
  readonly nbf: number;
  readonly iat: number;
  readonly session: { readonly id: string };
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly displayName?: string;
    readonly profilePictureUrl?: string;
  };
  readonly organization: { readonly id: string; readonly displayName: string };
  /** Missing where the user may do nothing. */
  readonly actions?: readonly string[];
  /** Who acts as the user. */
  readonly impersonator?: { readonly email: string };
}
