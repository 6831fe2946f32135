import type { ClaimMap } from '../../principal/claim-map.js';

/**
 * What is known of a Clerk instance. One of `publishableKey`, `frontendApi` and `issuer` is mandatory,
 * and `authorizedParties`.
 */
export interface ClerkOptions {
  /**
   * The publishable key (`pk_live_…`), which names the issuer and the cookie of the session.
   *
   * @default none; `frontendApi` or `issuer` then
   */
  readonly publishableKey?: string;
  /**
   * The host of the frontend API: `clerk.example.com`.
   *
   * @default what the publishable key names
   */
  readonly frontendApi?: string;
  /**
   * The issuer, where it is not the frontend API: behind a proxy, say.
   *
   * @default `https://` and the frontend API
   */
  readonly issuer?: string;
  /**
   * The instance's public key (PEM; a literal `\n` counts as a line break), or several while they
   * rotate. Nothing is then ever fetched to verify a JWT.
   *
   * @default fetched from `<issuer>/.well-known/jwks.json`
   */
  readonly jwtKey?: string | readonly string[];
  /**
   * The secret key (`sk_…`): with it, API keys, OAuth access tokens and M2M tokens are accepted where
   * `@Accepts` names them, verified over Clerk's API.
   *
   * @default none: opaque tokens are not accepted
   */
  readonly secretKey?: string;
  /**
   * The secret key of this machine, for M2M tokens.
   *
   * @default `secretKey`
   */
  readonly machineSecretKey?: string;
  /**
   * The origins whose pages' sessions are accepted, as claim `azp` has them: `https://app.example.com`.
   * Mandatory. An explicit `null` accepts the session of any page.
   *
   * > [!WARNING]
   * > With `null`, a session that any page of the instance got opens this API.
   */
  readonly authorizedParties: readonly string[] | null;
  /**
   * Whether a session that names no origin is accepted beside `authorizedParties`.
   *
   * @default false
   */
  readonly allowMissingAzp?: boolean;
  /**
   * This API, as claim `aud` has it. An OAuth access token must then name it; a session may not name
   * another.
   *
   * @default not compared
   */
  readonly audience?: string | readonly string[];
  /**
   * The OAuth clients whose access tokens are accepted, as claim `client_id` has them; an explicit `null`
   * accepts those of any client of the instance.
   *
   * @default none: OAuth access tokens (`oauthJwt`, `oauthToken`) are not accepted, unless `audience` is given
   */
  readonly oauthClients?: readonly string[] | null;
  /**
   * This machine (`mch_…`): an M2M token must then name it in its scopes.
   *
   * > [!WARNING]
   * > Without it, an M2M JWT that was made for another machine of the instance will do.
   *
   * @default not compared
   */
  readonly machineId?: string;
  /**
   * Whether a session is refused that has something left to do (`sts: pending`).
   *
   * @default true
   */
  readonly treatPendingAsSignedOut?: boolean;
  /**
   * Whether the cookie of the session is read, where there is no `Authorization: Bearer`.
   *
   * @default true
   */
  readonly cookie?: boolean;
  /**
   * Where claims of your own say something: `{ roles: 'metadata.role' }`. Each takes the place of Clerk's.
   *
   * @default roles and permissions of the active organization
   */
  readonly claims?: ClaimMap;
  /**
   * How opaque tokens are verified over the API.
   *
   * @default as below
   */
  readonly machineTokens?: MachineTokenOptions;
  /**
   * Clerk's API, without the version.
   *
   * @default 'https://api.clerk.com'
   */
  readonly apiUrl?: string;
  /**
   * Sends requests to Clerk's API.
   *
   * @default the global `fetch`
   */
  readonly fetch?: typeof fetch;
}

/** How opaque tokens are verified over Clerk's API. */
export interface MachineTokenOptions {
  /**
   * For how long a good token is remembered, in seconds: 0 to 60, and never beyond its expiry. So long
   * may a revoked one still enter.
   *
   * @default 0: every request asks
   */
  readonly cacheSeconds?: number;
  /**
   * How long an answer may take, in seconds: 0.1 to 60. After that the answer is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}
