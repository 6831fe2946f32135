import type { JSONWebKeySet, JWK } from 'jose';
import type { ClaimMap } from '../../principal/claim-map.js';
import type { JwtAlgorithm } from '../../verification/jwt/algorithms.js';
import type { Fetch } from '../../endpoint/fetch.js';
import type { KeySetReader } from '../../verification/jwt/keys/key-set-endpoint.js';
import type { AudienceRule } from '../../verification/registered-claims.js';

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
   * `null` accepts tokens meant for anybody; a function of the claims decides by itself, and lets in
   * with `true` and nothing else.
   *
   * > [!WARNING]
   * > With `null`, a token that the issuer made for another API opens this one.
   *
   * @see RFC 9068 section 4, RFC 8725 section 3.9
   */
  readonly audience: string | readonly string[] | AudienceRule | null;
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
  /**
   * How the issuer's keys are fetched, where that is not as usual. Not with keys that are given here.
   *
   * @default as `keySets` says
   */
  readonly keySet?: IssuerKeySetOptions;
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
   * The names of the claims that say which client a token was made for: `cid`, `appid`. No paths.
   *
   * @default ['client_id', 'azp']
   * @see OpenID Connect Core 1.0 section 2, RFC 9068 section 2.2
   */
  readonly clientClaims?: readonly string[];
  /**
   * The clients whose tokens are accepted: whichever of `clientClaims` a token has must be among these,
   * and it must have one.
   *
   * @default any client
   */
  readonly authorizedParties?: readonly string[];
  /**
   * Whether a token that names no client is refused where `authorizedParties` are given.
   *
   * @default true
   */
  readonly authorizedPartyRequired?: boolean;
  /**
   * What tells the issuer's access tokens from its other tokens, where `typ` does not:
   * `{ claim: 'token_use', value: 'access' }`; of several, all.
   *
   * @default no such check
   * @see RFC 8725 section 3.11
   */
  readonly tokenUse?: TokenUseOptions | readonly TokenUseOptions[];
  /**
   * What tells the tokens of clients that act for themselves, which are then `principal.kind`
   * `service`: `{ claim: 'gty', value: 'client-credentials' }`; of several, any.
   *
   * @default none; of whichever token the subject is the client, it is a service in any case
   * @see RFC 9068 section 2.2
   */
  readonly serviceUse?: TokenUseOptions | readonly TokenUseOptions[];
  /**
   * A cookie in which the tokens may come, where the request has no `Authorization: Bearer`, or
   * several of which the first that is there counts. What changes something must then come from the
   * same origin, or from one of `trustedOrigins`.
   *
   * @default none
   */
  readonly cookie?: string | readonly string[];
  /**
   * The organization (tenant) whose issuer this is: whoever has a token of it is in this organization,
   * and a token that names another is refused with 403. With `null`, its tokens say in which they are:
   * whoever controls the issuer may then name any.
   *
   * @default `null`; mandatory of issuers that are looked up (`dynamicIssuers`)
   */
  readonly organizationId?: string | null;
  /**
   * Where the tokens say who is calling, which roles, permissions, scopes and organization the caller
   * has, and who acts for them.
   *
   * @default `sub`; `roles`; `permissions`; `scope`, then `scp`; `org_id`, then `organization_id`; `act`
   */
  readonly claims?: ClaimMap;
}

/** How the keys of one issuer are fetched. */
export interface IssuerKeySetOptions {
  /**
   * As `keySets.freshSeconds`, for this issuer: 60 to 3600.
   *
   * @default `keySets.freshSeconds`
   */
  readonly freshSeconds?: number;
  /**
   * What asks the issuer in the place of the module's `fetch`, for instance through a proxy. It must follow no
   * redirect and heed the signal it is given.
   *
   * @default the option `fetch`
   */
  readonly fetch?: Fetch;
  /**
   * Finds the keys in what the issuer publishes, where that is no key set. It returns a list of JWKs;
   * when it throws or returns anything else, what was published is of no use, and the last keys serve on.
   *
   * @default member `keys` (RFC 7517 section 5)
   */
  readonly read?: KeySetReader;
}

/** Something that a token says of what it is for. One of `claim` and `header`; one of `value`, `startsWith` and `present`. */
export interface TokenUseOptions {
  /** The name of a claim, and no path. */
  readonly claim?: string;
  /** The name of a member of the protected header: `typ`, `cat`. */
  readonly header?: string;
  /** What it says, compared exactly; one of several. */
  readonly value?: string | boolean | readonly (string | boolean)[];
  /** What it begins with. */
  readonly startsWith?: string;
  /** That it is there, or that it is not. */
  readonly present?: boolean;
  /**
   * Whether a token that says nothing of it will do as well.
   *
   * @default false
   */
  readonly optional?: boolean;
}
