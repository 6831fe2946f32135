import type { JSONWebKeySet, JWK } from 'jose';
import type { ClaimMap } from '../../principal/claim-map.js';
import type { JwtAlgorithm } from '../../verification/jwt/algorithms.js';

/** Whose tokens are accepted, for whom they must be meant, and what they are verified with. */
export interface IssuerOptions {
  /**
   * The issuer, compared with claim `iss` byte for byte: `https://login.example.com/`. `http` is
   * accepted on loopback only. An issuer that is no address needs its keys given here.
   *
   * @see RFC 9068 section 4, RFC 8414 section 2
   */
  readonly issuer: string;
  /**
   * This API as its issuer knows it: one of these must be in claim `aud`. Mandatory. An explicit
   * `null` accepts tokens meant for anybody.
   *
   * > [!WARNING]
   * > With `null`, a token that the issuer made for another API opens this one.
   *
   * @see RFC 9068 section 4, RFC 8725 section 3.9
   */
  readonly audience: string | readonly string[] | null;
  /**
   * The signature algorithms accepted.
   *
   * @default ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']; with `secret`, ['HS256']
   * @see RFC 8725 section 3.1
   */
  readonly algorithms?: readonly JwtAlgorithm[];
  /**
   * Where the issuer publishes its keys.
   *
   * @default discovered: `jwks_uri` of the issuer's metadata (OpenID Connect Discovery, RFC 8414)
   */
  readonly jwksUri?: string;
  /** The issuer's keys, given here instead of fetched. Excludes the other sources of keys. */
  readonly jwks?: JSONWebKeySet;
  /**
   * The issuer's public key, or several while they rotate, as PEM (SPKI, PKCS #1 or certificate;
   * a literal `\n` counts as a line break) or JWK. Excludes the other sources of keys.
   */
  readonly publicKey?: string | JWK | readonly (string | JWK)[];
  /**
   * A secret shared with the issuer, for HS256, HS384 or HS512: at least 32, 48 or 64 bytes; or up to
   * four while they rotate. A string counts in UTF-8. Excludes the other sources of keys.
   *
   * @see RFC 7518 section 3.2
   */
  readonly secret?: string | Uint8Array | readonly (string | Uint8Array)[];
  /**
   * How far the issuer's clock may be off when `exp`, `nbf` and `iat` are compared, in seconds: 0 to
   * 300.
   *
   * @default 5
   */
  readonly clockToleranceSeconds?: number;
  /**
   * What the issuer's access tokens look like. With `'rfc9068'`, `typ` must be `at+jwt`, and `iss`,
   * `exp`, `aud`, `sub`, `client_id`, `iat` and `jti` must be there: an ID token can then never pass
   * for an access token.
   *
   * @default any signed JWT whose `typ` is absent, `JWT` or `at+jwt`
   * @see RFC 9068 sections 2 and 4
   */
  readonly profile?: 'rfc9068';
  /**
   * How long ago a token may have been issued (`iat`, which is then mandatory), in seconds, however
   * long it is valid: 1 to 31536000.
   *
   * @default as long as it is valid
   */
  readonly maxTokenAgeSeconds?: number;
  /**
   * The clients whose tokens are accepted: claims `azp` and `client_id`, whichever a token has, must be
   * among these, and it must have one.
   *
   * @default any client
   * @see OpenID Connect Core 1.0 section 2, RFC 9068 section 2.2
   */
  readonly authorizedParties?: readonly string[];
  /**
   * What tells the issuer's access tokens from its other tokens, where `typ` does not:
   * `{ claim: 'token_use', value: 'access' }`. `claim` is the name of a claim, and no path.
   *
   * @default no such check
   * @see RFC 8725 section 3.11
   */
  readonly tokenUse?: TokenUseOptions;
  /**
   * Where the tokens say which roles, permissions, scopes and organization the caller has.
   *
   * @default `roles`; `permissions`; `scope`, then `scp`; `org_id`, then `organization_id`
   */
  readonly claims?: ClaimMap;
}

/** A claim that says what a token is for. */
export interface TokenUseOptions {
  /** The name of the claim. */
  readonly claim: string;
  /** What it says in an access token, compared exactly. */
  readonly value: string;
}
