import { setMaxListeners } from 'node:events';
import {
  genericTokenEndpointRequest,
  type AuthorizationServer,
  type Client,
  type ClientAuth,
} from 'oauth4webapi';
import type { Clock } from '../core/clock.js';
import { ownMembers, ownProperty } from '../core/own-property.js';
import { clientAuthentication } from '../endpoint/client-authentication.js';
import { withDeadline } from '../endpoint/deadline.js';
import { DiscoveredAddress } from '../endpoint/discovered-address.js';
import type { PublishedAddress } from '../endpoint/discovery.js';
import { runtimeFetch, type Fetch } from '../endpoint/fetch.js';
import { endpointError, IssuerEndpointError } from '../endpoint/issuer-endpoint-error.js';
import type { OAuthClient } from '../endpoint/oauth-client.js';
import { oauthRequest } from '../endpoint/oauth-request.js';
import { onceMore } from '../endpoint/once-more.js';
import { readJsonBody } from '../endpoint/read-json.js';
import { readGrantedToken, type GrantedToken } from './granted-token.js';
import { TokenEndpointError } from './token-endpoint-error.js';

const TOKEN_ENDPOINT: PublishedAddress = {
  member: 'token_endpoint',
  name: 'a token endpoint',
  question: 'where it grants tokens',
  option: 'tokenEndpoint',
};

/** Where tokens are asked for, and by whom. */
export interface TokenEndpointSettings {
  /** Whose metadata say where, unless `endpoint` does. */
  readonly issuer: string;
  readonly endpoint: URL | undefined;
  readonly client: OAuthClient;
  /** How long an answer may take altogether, discovery included, in milliseconds. */
  readonly timeoutMs: number;
}

/** What asking there takes. */
export interface TokenEndpointSurroundings {
  readonly clock: Clock;
  /** Default: that of the runtime. */
  readonly fetch?: Fetch;
}

/** What is asked for. */
export interface GrantRequest {
  readonly grantType: string;
  /** What is said beside the grant type and who we are. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether to ask once more at once when the network fails. */
  readonly persistently: boolean;
}

/** A server that grants tokens (RFC 6749 section 3.2). */
export class TokenEndpoint {
  readonly #settings: TokenEndpointSettings;
  readonly #authentication: ClientAuth;
  readonly #fetch: Fetch;
  readonly #discovered: DiscoveredAddress;
  readonly #ending = new AbortController();

  constructor(
    settings: TokenEndpointSettings,
    { clock, fetch = runtimeFetch }: TokenEndpointSurroundings,
  ) {
    const { issuer, client, timeoutMs } = settings;
    setMaxListeners(0, this.#ending.signal);
    this.#settings = settings;
    this.#authentication = clientAuthentication(client);
    this.#fetch = fetch;
    const options = { timeoutMs, ending: this.#ending.signal, clock, fetch };
    this.#discovered = new DiscoveredAddress(issuer, TOKEN_ENDPOINT, options);
  }

  /** @throws {TokenEndpointError} When no token is granted. */
  async grant(request: GrantRequest): Promise<GrantedToken> {
    try {
      return await withDeadline(this.#settings.timeoutMs, this.#ending.signal, (signal) =>
        this.#ask(request, signal),
      );
    } catch (failure) {
      if (failure instanceof TokenEndpointError) throw failure;
      const message = failure instanceof Error ? failure.message : 'for an unknown reason';
      throw new TokenEndpointError('token_endpoint_unavailable', message, { cause: failure });
    }
  }

  /** Ends all that is under way. */
  close(): void {
    this.#ending.abort();
  }

  async #ask(request: GrantRequest, signal: AbortSignal): Promise<GrantedToken> {
    const endpoint = this.#settings.endpoint ?? (await this.#discovered.locate());
    const ask = (): Promise<Response> => this.#send(endpoint, request, signal);
    const response = await (request.persistently ? onceMore(ask) : ask());
    if (response.status === 404) this.#discovered.forget();
    try {
      return await granted(endpoint, response);
    } catch (failure) {
      throw failure instanceof TokenEndpointError ? failure : endpointError(endpoint, failure);
    }
  }

  #send(
    endpoint: URL,
    { grantType, parameters }: GrantRequest,
    signal: AbortSignal,
  ): Promise<Response> {
    const { issuer, client } = this.#settings;
    const server = ownMembers<AuthorizationServer>({ issuer, token_endpoint: endpoint.href });
    return genericTokenEndpointRequest(
      server,
      ownMembers<Client>({ client_id: client.id }),
      this.#authentication,
      grantType,
      new URLSearchParams(parameters),
      oauthRequest(endpoint, { signal, fetch: this.#fetch }),
    );
  }
}

/** A status that says that we are refused, and not that the server is unwell. */
const REFUSALS = new Set([400, 401, 403]);

async function granted(endpoint: URL, response: Response): Promise<GrantedToken> {
  const { status } = response;
  if (REFUSALS.has(status)) throw await refusal(endpoint, response);
  if (status !== 200) {
    const pauseMs = pauseOf(response);
    await response.body?.cancel();
    const message = `${nameOf(endpoint)} answered with status ${String(status)}`;
    throw new TokenEndpointError('token_endpoint_unavailable', message, { pauseMs });
  }
  try {
    const token = readGrantedToken(await readJsonBody(endpoint, response));
    if (token) return token;
  } catch (failure) {
    if (!(failure instanceof IssuerEndpointError) || failure.isTransient) throw failure;
    throw new TokenEndpointError('token_endpoint_invalid', failure.message, { cause: failure });
  }
  const message = `${nameOf(endpoint)} granted no bearer token that can be sent`;
  throw new TokenEndpointError('token_endpoint_invalid', message);
}

/** Of a refusal, only a code that the standards know is repeated. */
const KNOWN_ERRORS = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client'],
  ...['unsupported_grant_type', 'invalid_scope', 'invalid_target', 'access_denied'],
]);

async function refusal(endpoint: URL, response: Response): Promise<TokenEndpointError> {
  const { status } = response;
  const answer = await readJsonBody(endpoint, response).catch(() => ({}));
  const code = ownProperty(answer, 'error');
  const error = typeof code === 'string' && KNOWN_ERRORS.has(code) ? code : undefined;
  const message = `${nameOf(endpoint)} refused us with status ${String(status)}`;
  return new TokenEndpointError('token_endpoint_rejected', `${message}: ${error ?? 'no reason'}`, {
    error,
    pauseMs: pauseOf(response),
  });
}

/** RFC 9110 section 10.2.3, in seconds; who asks for more than five minutes is asked again after five. */
function pauseOf({ headers }: Response): number {
  const seconds = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return seconds === undefined ? 0 : Math.min(Number(seconds), 300) * 1000;
}

function nameOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
