import type { JSONWebKeySet, JWK } from 'jose';
import type { Clock } from '../../core/clock.js';
import type { PermissionName, RoleName } from '../../core/authority-names.js';
import type { RoleMapping } from '../../decorators/role-map.decorator.js';
import type { AuthEventListener } from '../../observability/auth-event.js';
import type { KeySetSnapshots } from '../../stores/key-set-snapshots.js';
import type { ClaimMap } from '../../principal/claim-map.js';
import type { JwtAlgorithm } from '../../verification/jwt/algorithms.js';
import type { PublicRefusal } from '../../transports/http/http-refusal.js';

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
   * A secret shared with the issuer, for HS256, HS384 or HS512: at least 32, 48 or 64 bytes. A
   * string counts in UTF-8. Excludes the other sources of keys.
   *
   * @see RFC 7518 section 3.2
   */
  readonly secret?: string | Uint8Array;
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

/** How verified tokens are remembered. */
export interface TokenCacheOptions {
  /**
   * How many tokens are remembered, 1 to 1000000; the one that was used least lately makes room. A
   * usual token takes some 2 KB.
   *
   * @default 10000
   */
  readonly maxEntries?: number;
  /**
   * For how long a token is remembered at the most, in seconds; never beyond its expiry, nor beyond
   * the withdrawal of its key.
   *
   * @default 300
   */
  readonly maxAgeSeconds?: number;
}

/** How the key sets of issuers are fetched and kept. */
export interface KeySetOptions {
  /**
   * When keys are fetched first: in the `background` while the application starts; before it starts,
   * so that it does not without them within 10 s (`required`; those of a snapshot will do); or with
   * the first token (`lazy`).
   *
   * @default 'background'
   */
  readonly hydrate?: 'background' | 'required' | 'lazy';
  /**
   * What renews keys before they cease to be fresh: the requests that use them (`traffic`), or a
   * `timer`, for applications that are idle for hours and must not make the next caller wait.
   *
   * @default 'traffic'
   */
  readonly refresh?: 'traffic' | 'timer';
  /**
   * For how long fetched keys are used without asking again, in seconds: 60 to 3600. A withdrawn key
   * is refused after that at the latest. `Cache-Control: max-age` of the issuer's answer takes its
   * place, within the same bounds.
   *
   * @default 600
   */
  readonly freshSeconds?: number;
  /**
   * For how long after that they are used while the issuer does not answer, in seconds: 0 to 86400.
   *
   * > [!WARNING]
   * > A key that is withdrawn during an outage stays trusted for as long.
   *
   * @default 3600
   */
  readonly staleSeconds?: number;
  /**
   * Keeps key sets beyond the life of the process, so that an instance which starts while its issuer
   * is down authenticates all the same: `new FileSnapshots(folder)`, or an object of your own.
   *
   * > [!WARNING]
   * > Whoever can write there decides which keys are trusted.
   *
   * @default nothing is kept
   */
  readonly snapshots?: KeySetSnapshots;
}

/** A role as a text: one that is numbered, by its digits. */
type RoleText = `${RoleName}`;

/** What roles mean beyond their names. */
export interface RoleOptions {
  /**
   * Roles that come with a role: with `{ admin: ['editor'], editor: ['reader'] }`, an admin is an
   * editor and a reader too.
   *
   * @default none
   */
  readonly hierarchy?: Readonly<Partial<Record<RoleText, readonly RoleText[]>>>;
  /**
   * Permissions that come with a role: `{ editor: ['orders:write'] }`.
   *
   * @default none
   */
  readonly permissions?: Readonly<Partial<Record<RoleText, readonly PermissionName[]>>>;
  /**
   * Roles that stand for every role and every permission. Scopes and policies still hold.
   *
   * > [!WARNING]
   * > Whoever has one reaches every handler that asks for roles and permissions only.
   *
   * @default none
   */
  readonly super?: readonly RoleText[];
  /**
   * Roles hold only inside an organization: a caller without one has none.
   *
   * @default false
   */
  readonly withinOrganization?: boolean;
}

/** How policies are asked. */
export interface PolicyOptions {
  /**
   * How long a policy, or a combination of rules, may take, in seconds: 0.1 to 60. After that the answer
   * is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}

/** What becomes of the report of every route. */
export interface ReportOptions {
  /**
   * Refuse to boot while `AuthReport` has a warning.
   *
   * @default false
   */
  readonly strict?: boolean;
}

/** A token in a cookie. */
export interface CookieOptions {
  /** The name of the cookie that holds the token. No cookie parser is needed. */
  readonly name: string;
}

/** How refusals look. */
export interface ErrorOptions {
  /**
   * Shapes the body of a refusal, for instance into the members of RFC 9457. Status, headers and
   * media type stay.
   *
   * @default Nest's own shape plus `code`: `{ message, error, statusCode, code }`
   */
  readonly body?: (refusal: PublicRefusal) => object;
}

/** The options of `AuthModule`. Unknown ones refuse to boot. */
export interface AuthModuleOptions {
  /** Whose tokens are accepted. At least one. */
  readonly issuers: readonly IssuerOptions[];
  /**
   * Read the token from this cookie where the request has no `Authorization: Bearer`.
   *
   * > [!WARNING]
   * > Browsers send cookies on their own: protect such an API against cross-site requests.
   *
   * @default no cookie is read
   */
  readonly cookie?: CookieOptions;
  /**
   * Register both guards for every route of the application. With `false`, a controller is guarded
   * only where it says `@UseGuards(AuthGuard, RolesGuard)`.
   *
   * @default true
   */
  readonly global?: boolean;
  /**
   * What becomes of a handler for which nothing is declared: any authenticated caller reaches it
   * (`authenticated`), or nobody does (`deny`), and `@Authenticated()` has to say so where any caller
   * will do.
   *
   * @default 'authenticated'
   */
  readonly undeclaredRoutes?: 'authenticated' | 'deny';
  /**
   * What roles mean beyond their names.
   *
   * @default as below
   */
  readonly roles?: RoleOptions;
  /**
   * The roles that handlers ask for by their HTTP method, where neither `@Roles` nor `@RoleMap` says
   * otherwise: `{ GET: true, POST: { roles: ['editor', 'admin'], match: 'any' }, ALL: 'admin' }`. A
   * method that is not listed is denied, unless `unlisted` is `'authenticated'`; an entry by itself
   * (`'admin'`, `true`) holds for every method.
   *
   * @default none
   */
  readonly roleMap?: RoleMapping;
  /**
   * How policies are asked.
   *
   * @default as below
   */
  readonly policies?: PolicyOptions;
  /**
   * What becomes of the report of every route (`AuthReport`).
   *
   * @default as below
   */
  readonly report?: ReportOptions;
  /**
   * The property of the request under which other packages find the principal, once the guards
   * ran. Nothing here reads it back. `null` for none.
   *
   * @default 'user'
   */
  readonly requestProperty?: string | null;
  /**
   * The protection space named in challenges.
   *
   * @default 'api'
   * @see RFC 9110 section 11.5
   */
  readonly realm?: string;
  /**
   * The address of this API's metadata, added to challenges.
   *
   * @default none
   * @see RFC 9728 section 5.1
   */
  readonly resourceMetadata?: string;
  /**
   * Remember verified tokens: who presents one again is answered without another verification. Expiry
   * and the issuer's keys are checked each time. `false` verifies each time anew.
   *
   * @default { maxEntries: 10000, maxAgeSeconds: 300 }
   */
  readonly tokenCache?: false | TokenCacheOptions;
  /**
   * How the issuers' keys are fetched and kept.
   *
   * @default as below
   */
  readonly keySets?: KeySetOptions;
  /**
   * How refusals look to clients.
   *
   * @default as below
   */
  readonly errors?: ErrorOptions;
  /**
   * Told of every request authenticated, denied, or refused because the issuer is down, and of what
   * happens to the issuers' keys. It is called within the request, so it must not block; if it throws
   * or rejects, the verdict stands.
   *
   * @default none; refusals are logged in any case, at level `debug`, and outages at level `error`
   */
  readonly onEvent?: AuthEventListener;
  /**
   * The time, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly clock?: Clock;
}

/** Makes the options, for `forRootAsync({ useClass })` and `useExisting`. */
export interface AuthOptionsFactory {
  createAuthOptions(): AuthModuleOptions | Promise<AuthModuleOptions>;
}
