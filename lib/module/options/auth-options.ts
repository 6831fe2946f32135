import type { Transport } from '../../transports/transport.js';
import type { ApplicationUser } from '../../core/application-user.js';
import type { Clock } from '../../core/clock.js';
import type { RoleMapping } from '../../decorators/role-map.decorator.js';
import type { AuthEventListener, AuthEventSubscriber } from '../../observability/auth-event.js';
import type { Impersonation } from '../../policy/impersonation.js';
import type { KeyValueStore } from '../../stores/key-value-store.js';
import type { KeySetSnapshots } from '../../stores/key-set-snapshots.js';
import type { UserLoader } from '../../principal/user-attacher.js';
import type { CredentialOption, Provided } from './credential-options.js';
import type { PolicyOptions, ReportOptions, RoleOptions } from './authorization-options.js';
import type { IssuerEntry } from './identity-provider.js';
import type { TenantOptions } from './tenant-options.js';
import type { ContextOptions } from './context-options.js';
import type { DynamicIssuerOptions } from './dynamic-issuer-options.js';
import type { RequestLogOptions } from './request-log-options.js';
import type { StreamOptions } from './stream-options.js';
import type { ServiceOptions } from './service-options.js';
import type { Revocation } from '../../verification/revocation/revocation.js';
import type { PublicRefusal } from '../../transports/public-refusal.js';

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

/** A token in a cookie. */
export interface CookieOptions {
  /** The name of the cookie that holds the token, or several of which the first that is there counts. No cookie parser is needed. */
  readonly name: string | readonly string[];
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

/** What becomes of a principal before a handler sees it. */
export interface PrincipalOptions<User extends object = ApplicationUser> {
  /**
   * Finds the application's own user after a credential was verified: a function of the principal, or a
   * class with `load()` (and `authorities()`) that a module provides. `@CurrentUser()` is then that
   * user. Whoever is not found is refused with 401; an answer that is the principal itself lets it in
   * as it is.
   *
   * @default no user is looked for
   */
  readonly load?: UserLoader<User>['load'] | Provided<UserLoader<User>>;
  /**
   * How long that may take, in seconds: 0.1 to 60. After that the answer is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
  /**
   * For how long a user is remembered, in seconds: 0 to 3600. `UserCache.forget(subject)` ends it
   * sooner, in this process. The same object then serves several requests.
   *
   * @default 0: every request asks
   */
  readonly cacheSeconds?: number;
  /**
   * How many users are remembered, 1 to 1000000.
   *
   * @default 10000
   */
  readonly maxEntries?: number;
}

/** The options of `AuthModule`. Unknown ones refuse to boot. */
export interface AuthModuleOptions {
  /**
   * Whose tokens are accepted: issuers, and providers as their presets make them, `auth0({ … })`.
   *
   * @default none; at least one, or something in `dynamicIssuers` or `credentials`
   */
  readonly issuers?: readonly IssuerEntry[];
  /**
   * Whose tokens are accepted beside those of `issuers`, found by claim `iss` while the application
   * runs: one issuer for each tenant.
   *
   * @default none
   */
  readonly dynamicIssuers?: DynamicIssuerOptions;
  /**
   * Other credentials than the tokens of `issuers`: what `apiKey()`, `opaqueToken()`, `session()`,
   * `basic()` and `jwt()` return. They are told apart by where they are found and what they look like;
   * the first that claims one decides.
   *
   * @default none
   */
  readonly credentials?: readonly CredentialOption[];
  /**
   * Where programs may enter, which are API keys and clients that act for themselves: everywhere
   * (`anywhere`), or where `@Accepts` names the kind of key, or `service` for clients
   * (`declared-only`).
   *
   * @default 'anywhere'
   */
  readonly machineCredentials?: 'anywhere' | 'declared-only';
  /**
   * What becomes of a principal before a handler sees it.
   *
   * @default as below
   */
  readonly principal?: PrincipalOptions;
  /**
   * How requests address the tenant that they are about, which is measured against that of the caller
   * before its user is loaded.
   *
   * @default no request addresses a tenant: the credential alone says in which its caller acts
   */
  readonly tenant?: TenantOptions;
  /**
   * What may be done by somebody who acts as the caller (claim `act`): all that the caller may
   * (`allow`), requests by GET, HEAD and OPTIONS only (`read-only`), or nothing (`deny`). A handler may
   * be closed further with `@DenyImpersonation()`.
   *
   * @default 'allow'
   * @see RFC 8693 section 4.1
   */
  readonly impersonation?: Impersonation;
  /**
   * Asked for every token, remembered ones included, whether it was revoked: a `RevocationList`, or an
   * object or a class with `isRevoked()`. What cannot be told is answered with 503.
   *
   * @default no token is revoked before it expires
   */
  readonly revocation?: Provided<Revocation>;
  /**
   * Origins whose pages may change something by means of a cookie, beside the API's own:
   * `https://app.example.com`.
   *
   * @default none
   */
  readonly trustedOrigins?: readonly string[];
  /**
   * Read the token from this cookie where the request has no `Authorization: Bearer`.
   *
   * A request that changes something must then come from a page of the same origin, or of one of
   * `trustedOrigins`; else it is refused with 403.
   *
   * @default no cookie is read
   */
  readonly cookie?: CookieOptions;
  /**
   * How handlers are reached beside HTTP: `graphql()`, `webSockets()`, `microservices()`, each from its
   * own entry point.
   *
   * @default none
   */
  readonly transports?: readonly Transport[];
  /**
   * The contexts whose handlers run without a caller, by what the packages call them that make them:
   * `['rmq']` for the messages of a queue, `['necord']` for the commands of a bot. Nobody is known there,
   * and a handler that requires something of its caller is refused. With any, every request passes an
   * interceptor.
   *
   * > [!WARNING]
   * > Whoever can send there reaches every handler of these that requires nothing.
   *
   * @default none: what AuthModule does not know is refused, unless it is `@Public()`
   */
  readonly unauthenticatedContexts?: readonly string[];
  /**
   * What becomes of answers that take their time.
   *
   * @default as below
   */
  readonly streams?: StreamOptions;
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
   * Keep the request at hand wherever it leads (`AuthService`), through awaits and timers. `false` saves
   * what that costs, and `AuthService` then knows of no request. An object keeps it, and says which
   * context headers of requests are read.
   *
   * @default true
   */
  readonly context?: boolean | ContextOptions;
  /**
   * The services that this one calls, by what it calls them: `AuthService.serviceToken('billing')`,
   * `exchange('billing')`, `fetch('billing', '/invoices', { as: 'service' })`.
   *
   * @default none
   */
  readonly services?: Readonly<Record<string, ServiceOptions>>;
  /**
   * Where the instances of an application share their own tokens for `services`, so that one of them
   * asks for a token and the others take it: a `RedisStore`. What is stored is encrypted by a key that
   * is derived from the client's secret or private key. Where the store fails, each asks by itself.
   *
   * @default each instance obtains tokens of its own
   */
  readonly serviceTokenStore?: KeyValueStore;
  /**
   * Log each request when it is over, as an object: its id, method, path and status, how long it took,
   * who made it, why it was refused and which handler it was for; no token, and no message of an error.
   *
   * @default false
   */
  readonly requestLog?: boolean | RequestLogOptions;
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
   * Told of every request authenticated, denied, or refused because the issuer is down, of sockets,
   * event streams and subscriptions that are ended because their credential holds no longer, of what happens
   * to the issuers' keys, and of credentials that are made and revoked here: a function, or an object or a class with
   * `onEvent()` that a module provides. It is called within the request, so it must not block; if it throws
   * or rejects, the verdict stands.
   *
   * @default none; refusals are logged in any case, at level `debug`, and outages at level `error`
   */
  readonly onEvent?: AuthEventListener | Provided<AuthEventSubscriber>;
  /**
   * The time, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly clock?: Clock;
  /**
   * How issuers are asked for their metadata and keys, introspection endpoints about tokens, and token
   * endpoints for them, and how `AuthService.fetch` calls services: for a proxy, or for certificates of
   * your own. It must follow redirects only where `redirect: 'follow'` of its second argument says so.
   * What `dynamicIssuers` finds is not fetched by it, but in a way that connects to no private address.
   *
   * @default as the runtime does
   */
  readonly fetch?: (address: URL, init: RequestInit) => Promise<Response>;
}

/** Makes the options, for `forRootAsync({ useClass })` and `useExisting`. */
export interface AuthOptionsFactory {
  createAuthOptions(): AuthModuleOptions | Promise<AuthModuleOptions>;
}
