import { setMaxListeners } from 'node:events';
import {
  introspectionRequest,
  type AuthorizationServer,
  type Client,
  type ClientAuth,
} from 'oauth4webapi';
import { AuthUnavailable } from '../../core/auth-error.js';
import type { Clock } from '../../core/clock.js';
import { ownMembers } from '../../core/own-property.js';
import { withDeadline } from '../../endpoint/deadline.js';
import { DiscoveredAddress } from '../../endpoint/discovered-address.js';
import type { PublishedAddress } from '../../endpoint/discovery.js';
import { endpointError, IssuerEndpointError } from '../../endpoint/issuer-endpoint-error.js';
import { oauthRequest } from '../../endpoint/oauth-request.js';
import { onceMore } from '../../endpoint/once-more.js';
import { readJsonObject, type JsonObject } from '../../endpoint/read-json.js';
import { clientAuthentication } from '../../endpoint/client-authentication.js';
import { runtimeFetch, type Fetch } from '../../endpoint/fetch.js';
import type { IntrospectionSettings } from './introspection-settings.js';

const INTROSPECTION: PublishedAddress = {
  member: 'introspection_endpoint',
  name: 'an introspection endpoint',
  question: 'where it introspects tokens',
  option: 'endpoint',
};

/** RFC 7662 section 2.2. What comes signed (RFC 9701) was not asked for, and is not read unverified. */
const JSON_TYPE = /^application\/json[\t ]*(?:;|$)/i;

/** What a server says to a client that it does not know, or does not let introspect. */
const REFUSALS_OF_US = new Set<number | undefined>([401, 403]);

/** What asking takes beside the settings. */
export interface IntrospectionSurroundings {
  readonly clock: Clock;
  /** Default: as the runtime does. */
  readonly fetch?: Fetch;
}

/** The place where an authorization server tells of its tokens (RFC 7662). */
export class IntrospectionEndpoint {
  readonly #settings: IntrospectionSettings;
  readonly #authentication: ClientAuth;
  readonly #discovered: DiscoveredAddress;
  readonly #fetch: Fetch;
  readonly #ending = new AbortController();

  constructor(
    settings: IntrospectionSettings,
    { clock, fetch = runtimeFetch }: IntrospectionSurroundings,
  ) {
    const { issuer, client, timeoutMs } = settings;
    // Every question that is under way listens to it, however many there are.
    setMaxListeners(0, this.#ending.signal);
    const options = { timeoutMs, ending: this.#ending.signal, clock, fetch };
    this.#settings = settings;
    this.#fetch = fetch;
    this.#authentication = clientAuthentication(client);
    this.#discovered = new DiscoveredAddress(issuer, INTROSPECTION, options);
  }

  /**
   * What the server says of a token.
   *
   * @throws {AuthUnavailable} When it does not say, for whatever reason: that is never the caller's fault.
   */
  async ask(token: string): Promise<JsonObject> {
    try {
      return await withDeadline(this.#settings.timeoutMs, this.#ending.signal, (signal) =>
        this.#answer(token, signal),
      );
    } catch (cause) {
      const detail = isRefusalOfUs(cause) ? 'our client may not introspect' : undefined;
      const options = { cause, detail, retryAfterSeconds: 1 };
      throw new AuthUnavailable('introspection_unavailable', options);
    }
  }

  /** Ends all that is under way. */
  close(): void {
    this.#ending.abort();
  }

  /** Discovery began no later than the deadline did, so that it ends no later. */
  async #answer(token: string, signal: AbortSignal): Promise<JsonObject> {
    const endpoint = this.#settings.endpoint ?? (await this.#discovered.locate());
    try {
      return await onceMore(() => this.#introspect(endpoint, token, signal));
    } catch (failure) {
      if (failure instanceof IssuerEndpointError && failure.status === 404) {
        this.#discovered.forget();
      }
      throw failure;
    }
  }

  async #introspect(endpoint: URL, token: string, signal: AbortSignal): Promise<JsonObject> {
    const { issuer, client } = this.#settings;
    const { href } = endpoint;
    const server = ownMembers<AuthorizationServer>({ issuer, introspection_endpoint: href });
    const options = oauthRequest(endpoint, { signal, fetch: this.#fetch });
    const us = ownMembers<Client>({ client_id: client.id });
    const response = await introspectionRequest(server, us, this.#authentication, token, options);
    return readAnswer(endpoint, response);
  }
}

async function readAnswer(endpoint: URL, response: Response): Promise<JsonObject> {
  try {
    if (response.status === 200 && !JSON_TYPE.test(response.headers.get('content-type') ?? '')) {
      await response.body?.cancel();
      throw new IssuerEndpointError(endpoint, 'did not answer with application/json');
    }
    return await readJsonObject(endpoint, response);
  } catch (failure) {
    throw endpointError(endpoint, failure);
  }
}

function isRefusalOfUs(failure: unknown): boolean {
  return failure instanceof IssuerEndpointError && REFUSALS_OF_US.has(failure.status);
}
