import type { OAuthClient } from '../../endpoint/oauth-client.js';
import type { ExpectedAudience } from '../registered-claims.js';
import type { TokenMark } from '../token-mark.js';

/** The authorization server that is asked about tokens, and what it has to say of a good one. */
export interface IntrospectionSettings {
  /** Compared with member `iss` byte for byte, where an answer has it. */
  readonly issuer: string;
  /** Discovered from the issuer's metadata, where it is `undefined`. */
  readonly endpoint: URL | undefined;
  readonly client: OAuthClient;
  /** One of these must be in member `aud`; `null` waives the check. */
  readonly audience: ExpectedAudience;
  /** How far the server's clock may be off, in seconds. */
  readonly clockToleranceSeconds: number;
  /** A member that tells access tokens from the server's other tokens, and what it says of them. */
  readonly tokenUse: readonly TokenMark[];
  /**
   * Whether member `token_type` must be there: refresh tokens have none (RFC 7662 section 2.2), and are
   * active as well.
   */
  readonly demandsType: boolean;
  /** Whether member `username` names the subject of a token that has no `sub`. */
  readonly namesUsers: boolean;
  /** How long an answer may take altogether, in milliseconds. */
  readonly timeoutMs: number;
}
