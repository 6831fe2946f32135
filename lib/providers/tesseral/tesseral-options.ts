import type { Fetch } from '../../endpoint/fetch.js';

/** How a project of Tesseral is told of. */
export interface TesseralOptions {
  /** The publishable key of the project: `publishable_key_…`. It is no secret. */
  readonly publishableKey: string;
  /**
   * The project whose publishable key it is: `project_…`. Issuer, audience and cookie follow from it, so
   * that the application starts while Tesseral is down, and a configuration of another project is refused.
   *
   * @default asked for at boot, which fails where Tesseral does not answer within 10 s
   */
  readonly projectId?: string;
  /**
   * Where the project's configuration is published: a host, or a whole origin.
   *
   * @default 'config.tesseral.com'
   */
  readonly configHost?: string;
  /**
   * For how long signing keys are used without asking again, in seconds: 60 to 3600.
   *
   * @default `keySets.freshSeconds`, which is 600
   */
  readonly jwksRefreshSeconds?: number;
  /**
   * What asks Tesseral in the place of `fetch`, for instance through a proxy. It must follow no redirect
   * and heed the signal it is given.
   *
   * @default the global `fetch`
   */
  readonly fetch?: Fetch;
  /**
   * Whether access tokens are read from Tesseral's cookie, where there is no `Authorization: Bearer`.
   *
   * @default true
   */
  readonly cookie?: boolean;
  /**
   * Accept the API keys that organizations make in Tesseral. `true` reads the backend API key from
   * `TESSERAL_BACKEND_API_KEY`.
   *
   * @default false
   */
  readonly apiKeys?: boolean | TesseralApiKeyOptions;
}

/** How API keys are verified: each is asked about. */
export interface TesseralApiKeyOptions {
  /**
   * The project's secret with which Tesseral is asked: `tesseral_secret_key_…`.
   *
   * @default the environment variable `TESSERAL_BACKEND_API_KEY`, or the file `TESSERAL_BACKEND_API_KEY_FILE` names
   */
  readonly backendApiKey?: string;
  /**
   * Where Tesseral is asked.
   *
   * @default 'https://api.tesseral.com'
   */
  readonly apiUrl?: string;
  /**
   * What the project's keys begin with. What begins otherwise is then refused without asking, and left
   * to other kinds of credential.
   *
   * @default anything
   */
  readonly prefix?: string;
  /**
   * For how long an answer is remembered, in seconds: 0 to 60. So long may a revoked key still enter.
   *
   * @default 0: every request asks
   */
  readonly cacheSeconds?: number;
  /**
   * How long an answer may take, in seconds: 0.1 to 60. After that, the answer of the API is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}
