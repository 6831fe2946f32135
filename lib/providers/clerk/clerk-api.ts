import { setMaxListeners } from 'node:events';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { AuthUnavailable } from '../../core/auth-error.js';
import { Concealed } from '../../core/concealed.js';
import { ownMembers } from '../../core/own-property.js';
import { withDeadline } from '../../endpoint/deadline.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';
import { endpointError, IssuerEndpointError } from '../../endpoint/issuer-endpoint-error.js';
import { onceMore } from '../../endpoint/once-more.js';
import { readJsonObject, type JsonObject } from '../../endpoint/read-json.js';

/** How Clerk's API is asked. */
export interface ClerkApiOptions {
  readonly secret: string;
  readonly apiUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly timeoutMs: number;
}

/** The version that the answers are read in. */
const VERSION = '2026-05-12';

/** That there is no such thing. Whoever made the question decides on these, so that they are never our failure. */
const NO_SUCH_THING = new Set<number | undefined>([400, 404, 410, 422]);

/** Nothing ends a question before its time: it is short. */
const UNENDING = new AbortController().signal;
setMaxListeners(0, UNENDING);

/** Clerk's Backend API: bounded in time and size, no redirect followed, asked again once when the network failed. */
export class ClerkApi {
  readonly #secret: Concealed<string>;
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  /** @throws {AuthConfigurationError} */
  constructor(options: ClerkApiOptions) {
    const { secret, apiUrl = 'https://api.clerk.com', timeoutMs, ...others } = ownMembers(options);
    const address = parseTrustworthyAddress(apiUrl);
    if (!address || address.search + address.hash !== '') {
      throw new AuthConfigurationError(
        'clerk().apiUrl',
        'is no https address',
        'Give an https address without a version, or leave it out; http is accepted on loopback only.',
      );
    }
    this.#secret = new Concealed(secret);
    this.#base = `${address.href.replace(/\/$/, '')}/v1`;
    this.#fetch = others.fetch ?? ((...request) => fetch(...request));
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @returns What the API answers; `undefined` where it says that there is no such thing.
   * @throws {AuthUnavailable} When it does not say, or refuses us.
   */
  async ask(path: string, body?: object): Promise<JsonObject | undefined> {
    const endpoint = new URL(`${this.#base}${path}`);
    try {
      return await withDeadline(this.#timeoutMs, UNENDING, (signal) =>
        onceMore(() => this.#send(endpoint, body, signal)),
      );
    } catch (cause) {
      const isAnswer = cause instanceof IssuerEndpointError && NO_SUCH_THING.has(cause.status);
      if (isAnswer) return undefined;
      throw new AuthUnavailable('lookup_failed', { cause, retryAfterSeconds: 1 });
    }
  }

  async #send(endpoint: URL, body: object | undefined, signal: AbortSignal): Promise<JsonObject> {
    try {
      const response = await this.#fetch(
        endpoint,
        // Without prototypes, nothing that pollutes `Object.prototype` becomes an option or a header.
        ownMembers({
          method: body ? 'POST' : 'GET',
          headers: ownMembers({
            accept: 'application/json',
            authorization: `Bearer ${this.#secret.reveal()}`,
            'clerk-api-version': VERSION,
            ...(body && { 'content-type': 'application/json' }),
          }),
          ...(body && { body: JSON.stringify(body) }),
          redirect: 'manual' as const,
          signal,
        }),
      );
      return await readJsonObject(endpoint, response);
    } catch (failure) {
      throw endpointError(endpoint, failure);
    }
  }
}
