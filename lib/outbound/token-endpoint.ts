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
import { TokenEndpointError, type FailureSubject } from './token-endpoint-error.js';
import { TokenEndpointHealth } from './token-endpoint-health.js';

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
  /** On whose behalf; `undefined` for our own. */
  readonly caller?: string | undefined;
}

/** A server that grants tokens (RFC 6749 section 3.2). */
export class TokenEndpoint {
  readonly health: TokenEndpointHealth;
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
    this.health = new TokenEndpointHealth(clock);
    this.#settings = settings;
    this.#authentication = clientAuthentication(client);
    this.#fetch = fetch;
    const options = { timeoutMs, ending: this.#ending.signal, clock, fetch };
    this.#discovered = new DiscoveredAddress(issuer, TOKEN_ENDPOINT, options);
  }

  /** @throws {TokenEndpointError} When no token is granted, or the server is left alone. */
  async grant(request: GrantRequest): Promise<GrantedToken> {
    return this.health.attempt(request.caller, (persistently) =>
      this.#inTime((signal) => {
        const ask = (endpoint: URL): Promise<Response> => this.#send(endpoint, request, signal);
        return this.#granted(persistently ? (at) => onceMore(() => ask(at)) : ask);
      }),
    );
  }

  /** Ends all that is under way. */
  close(): void {
    this.#ending.abort();
  }

  async #inTime(work: (signal: AbortSignal) => Promise<GrantedToken>): Promise<GrantedToken> {
    try {
      return await withDeadline(this.#settings.timeoutMs, this.#ending.signal, work);
    } catch (failure) {
      if (failure instanceof TokenEndpointError) throw failure;
      const message = failure instanceof Error ? failure.message : 'for an unknown reason';
      throw new TokenEndpointError('token_endpoint_unavailable', message, { cause: failure });
    }
  }

  async #granted(ask: (endpoint: URL) => Promise<Response>): Promise<GrantedToken> {
    const endpoint = this.#settings.endpoint ?? (await this.#discovered.locate());
    const response = await ask(endpoint);
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

/** These of the others below 500 are no word on what was sent: it is not there, or not now. */
const ELSEWHERE_OR_LATER = new Set([404, 405, 408, 410, 421, 425, 429]);

async function granted(endpoint: URL, response: Response): Promise<GrantedToken> {
  const { status } = response;
  if (REFUSALS.has(status)) throw await refusal(endpoint, response);
  if (status !== 200) {
    const pauseMs = pauseOf(response);
    await response.body?.cancel();
    const message = `${nameOf(endpoint)} answered with status ${String(status)}`;
    const isOfRequest = status >= 400 && status < 500 && !ELSEWHERE_OR_LATER.has(status);
    const about = isOfRequest ? 'request' : 'server';
    throw new TokenEndpointError('token_endpoint_unavailable', message, { about, pauseMs });
  }
  return readToken(endpoint, response);
}

async function readToken(endpoint: URL, response: Response): Promise<GrantedToken> {
  try {
    const token = readGrantedToken(await readJsonBody(endpoint, response));
    if (token) return token;
  } catch (failure) {
    if (!(failure instanceof IssuerEndpointError) || failure.isTransient) throw failure;
    throw new TokenEndpointError('token_endpoint_invalid', failure.message, { cause: failure });
  }
  const message = `${nameOf(endpoint)} granted no bearer token that can be sent`;
  throw new TokenEndpointError('token_endpoint_invalid', message, { about: 'request' });
}

/** Codes that say what is refused beside the request at hand; all others are about that alone. */
const ABOUT: ReadonlyMap<string | undefined, FailureSubject> = new Map([
  ['invalid_client', 'client'],
  ['unauthorized_client', 'grant'],
  ['unsupported_grant_type', 'grant'],
]);

/** Of a refusal, only a code that the standards know is repeated. */
const KNOWN_ERRORS = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client'],
  ...['unsupported_grant_type', 'invalid_scope', 'invalid_target', 'access_denied'],
  ...['interaction_required', 'login_required', 'consent_required', 'invalid_token'],
]);

async function refusal(endpoint: URL, response: Response): Promise<TokenEndpointError> {
  const { status } = response;
  const answer = await readJsonBody(endpoint, response).catch(() => ({}));
  const code = ownProperty(answer, 'error');
  const error = typeof code === 'string' && KNOWN_ERRORS.has(code) ? code : undefined;
  const message = `${nameOf(endpoint)} refused us with status ${String(status)}`;
  return new TokenEndpointError('token_endpoint_rejected', `${message}: ${error ?? 'no reason'}`, {
    error,
    about: subjectOf(status, error),
    pauseMs: pauseOf(response),
  });
}

/** 401 is for clients that are not known (RFC 6749 section 5.2); whoever sends it and does not say so is not understood. */
function subjectOf(status: number, error: string | undefined): FailureSubject {
  const isUnclear = status === 401 && error === undefined;
  return isUnclear ? 'server' : (ABOUT.get(error) ?? 'request');
}

/** RFC 9110 section 10.2.3, in seconds; who asks for more than five minutes is asked again after five. */
function pauseOf({ headers }: Response): number {
  const seconds = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return seconds === undefined ? 0 : Math.min(Number(seconds), 300) * 1000;
}

function nameOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
