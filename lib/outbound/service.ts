import { ExchangedTokens } from './exchanged-tokens.js';
import { ServiceCredentials, type TokenEvents, type TokenPurpose } from './service-credentials.js';
import {
  TokenEndpoint,
  type TokenEndpointSettings,
  type TokenEndpointSurroundings,
} from './token-endpoint.js';

/** Where tokens for a service are asked for, and for what. */
export interface ServiceTokenSettings {
  readonly endpoint: TokenEndpointSettings;
  readonly purpose: TokenPurpose;
}

/** A service that is called. */
export interface ServiceSettings {
  readonly name: string;
  /** Below this, and nowhere else, a credential is sent; `undefined` where nothing is fetched. */
  readonly baseUrl: URL | undefined;
  /** `undefined` where only what the caller came with is passed on. */
  readonly tokens: ServiceTokenSettings | undefined;
}

/** A service, and the credentials for it: our own, and those that callers' are exchanged for. */
export class Service {
  readonly name: string;
  readonly #baseUrl: URL | undefined;
  readonly #endpoint: TokenEndpoint | undefined;
  readonly credentials: ServiceCredentials | undefined;
  readonly exchanged: ExchangedTokens | undefined;

  constructor(
    { name, baseUrl, tokens }: ServiceSettings,
    surroundings: TokenEndpointSurroundings,
    events: TokenEvents,
  ) {
    this.name = name;
    this.#baseUrl = baseUrl;
    if (!tokens) return;
    const { purpose } = tokens;
    const { clock } = surroundings;
    const endpoint = new TokenEndpoint(tokens.endpoint, surroundings);
    this.#endpoint = endpoint;
    this.credentials = new ServiceCredentials({ name, endpoint, purpose }, clock, events);
    this.exchanged = new ExchangedTokens({
      endpoint,
      purpose,
      clock,
      onFailing: (failure) => {
        events.onFailing(name, failure, false);
      },
    });
  }

  /**
   * An address of the service.
   *
   * @param path Below its base URL: `/invoices?page=2`.
   * @throws {RangeError} When it leads elsewhere, or no base URL is configured: a credential is sent
   *   nowhere else.
   */
  address(path: string): URL {
    const base = this.#baseUrl;
    if (!base) throw new RangeError(`services.${this.name} has no baseUrl, and nothing is fetched`);
    const root = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
    const relative = path.replace(/^\/+/, '');
    const from = new URL(root, base);
    const address = URL.canParse(relative, from.href) ? new URL(relative, from) : undefined;
    const isBelow = address?.origin === base.origin && address.pathname.startsWith(root);
    if (isBelow && address.username === '' && address.password === '') return address;
    throw new RangeError(`The path leads out of services.${this.name}`);
  }

  /** Ends all that is under way. */
  close(): void {
    this.#endpoint?.close();
  }
}
