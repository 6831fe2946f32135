import { runtimeFetch, type Fetch } from '../endpoint/fetch.js';
import type { KeyValueStore } from '../stores/key-value-store.js';
import { ExchangedTokens } from './exchanged-tokens.js';
import { leadsUpwards } from './path-below.js';
import { ServiceCredentials, type TokenEvents } from './service-credentials.js';
import { SharedTokens, type StoreOperation } from './shared-tokens.js';
import {
  TokenEndpoint,
  type TokenEndpointSettings,
  type TokenEndpointSurroundings,
} from './token-endpoint.js';
import type { StatedPurpose } from './token-purpose.js';

/** Where tokens for a service are asked for, and for what. */
export interface ServiceTokenSettings {
  readonly endpoint: TokenEndpointSettings;
  readonly purpose: StatedPurpose;
}

/** A service that is called. */
export interface ServiceSettings {
  readonly name: string;
  /** Below this, and nowhere else, a credential is sent; `undefined` where nothing is fetched. */
  readonly baseUrl: URL | undefined;
  /** Whether credentials for it may be put into messages, which go wherever their client is connected. */
  readonly messages: boolean;
  /** `undefined` where only what the caller came with is passed on. */
  readonly tokens: ServiceTokenSettings | undefined;
}

/** What calling services takes. */
export interface ServiceSurroundings extends TokenEndpointSurroundings {
  /** Where instances share our own tokens; `undefined`: they do not. */
  readonly tokenStore?: KeyValueStore | undefined;
}

/** Told of what happens to the tokens of a service, and to the store where instances share them. */
export interface ServiceEvents extends TokenEvents {
  readonly onStoreFailed: (service: string, operation: StoreOperation, cause: unknown) => void;
}

/** A service, and the credentials for it: our own, and those that callers' are exchanged for. */
export class Service {
  readonly name: string;
  /** How it is called. */
  readonly fetch: Fetch;
  /** The base URL, with a slash at its end. */
  readonly #root: URL | undefined;
  readonly #messages: boolean;
  readonly #endpoint: TokenEndpoint | undefined;
  readonly #shared: SharedTokens | undefined;
  readonly credentials: ServiceCredentials | undefined;
  readonly exchanged: ExchangedTokens | undefined;

  constructor(
    { name, baseUrl, messages, tokens }: ServiceSettings,
    surroundings: ServiceSurroundings,
    events: ServiceEvents,
  ) {
    this.name = name;
    this.fetch = surroundings.fetch ?? runtimeFetch;
    this.#root = baseUrl && new URL(baseUrl.href.replace(/\/?$/, '/'));
    this.#messages = messages;
    if (!tokens) return;
    const { purpose } = tokens;
    const { clock, tokenStore: store } = surroundings;
    const endpoint = new TokenEndpoint(tokens.endpoint, surroundings);
    const onStoreFailed = events.onStoreFailed.bind(undefined, name);
    const { endpoint: settings } = tokens;
    const shared = store && new SharedTokens({ store, endpoint: settings, clock, onStoreFailed });
    this.#endpoint = endpoint;
    this.#shared = shared;
    this.credentials = new ServiceCredentials({ name, endpoint, purpose, shared }, clock, events);
    this.exchanged = new ExchangedTokens({
      name,
      endpoint,
      purpose,
      clock,
      onFailing: (cause) => {
        events.onFailing({ service: name, purpose, cause, isServing: false });
      },
    });
  }

  /**
   * Where the service is, with a slash at its end.
   *
   * @throws {RangeError} When no base URL is configured.
   */
  baseUrl(): string {
    if (this.#root) return this.#root.href;
    throw new RangeError(
      `services.${this.name} has no baseUrl, below which a credential is sent. Give it one: services.${this.name}.baseUrl.`,
    );
  }

  /**
   * An address of the service.
   *
   * @param path Below its base URL: `/invoices?page=2`.
   * @throws {RangeError} When it leads elsewhere, or no base URL is configured: a credential is sent
   *   nowhere else.
   */
  address(path: string): URL {
    const root = new URL(this.baseUrl());
    const relative = path.replace(/^\/+/, '');
    const address = URL.canParse(relative, root.href) ? new URL(relative, root) : undefined;
    if (address && isBelow(root, address)) return address;
    throw new RangeError(
      `The path leads out of services.${this.name}. Give one below its baseUrl: '/invoices?page=2'.`,
    );
  }

  /** @throws {RangeError} When an address is not below the base URL. */
  assertOwn(address: string): void {
    const given = URL.canParse(address) ? new URL(address) : undefined;
    if (this.#root && given && isBelow(this.#root, given)) return;
    if (!this.#root) this.baseUrl();
    throw new RangeError(
      `The address is not one of services.${this.name}. Give a whole one that is below its baseUrl.`,
    );
  }

  /** @throws {RangeError} When it is not reached by messages. */
  assertMessages(): void {
    if (this.#messages) return;
    throw new RangeError(
      `services.${this.name} is not said to be reached by messages, whose way nobody here can check. Say so where it is: services.${this.name}.messages: true.`,
    );
  }

  /** Ends all that is under way. */
  close(): void {
    this.#endpoint?.close();
    this.#shared?.close();
  }
}

/** What has a user name in it, or could lead to another place of the same host, is somebody else's. */
function isBelow(root: URL, address: URL): boolean {
  const { origin, pathname, username, password } = address;
  const isInside = `${pathname}/`.startsWith(root.pathname) && !leadsUpwards(pathname);
  return origin === root.origin && isInside && username === '' && password === '';
}
