import {
  bearer,
  isStream,
  saysInvalidToken,
  sendOnceMore,
  type CallToken,
  type Sending,
  type TokenSource,
} from './outgoing-call.js';
import { redirectingWithin, type BeforeRedirect } from './axios-redirect.js';
import type { Service } from './service.js';

/** What is read of the configuration of a request. */
export interface AxiosConfig {
  readonly adapter?: unknown;
  readonly data?: unknown;
  readonly headers?: object;
  readonly maxRedirects?: number | undefined;
  readonly beforeRedirect?: BeforeRedirect | undefined;
  readonly fetchOptions?: object | undefined;
  readonly signal?: AbortSignal | null | undefined;
  readonly socketPath?: unknown;
  readonly transport?: unknown;
}

/** An instance without interceptors, which sends what others have prepared. */
export interface BareAxios {
  readonly defaults: object;
  getUri(config: object): string;
  request(config: object): Promise<unknown>;
}

/** What is sent on whose behalf. */
interface SenderParts {
  readonly service: Service;
  readonly tokenOf: TokenSource;
  readonly requestId: () => string | undefined;
}

/** What a request led to: an answer, or an error that may have one. */
interface Outcome {
  readonly response: AxiosAnswer | undefined;
  readonly failure?: unknown;
}

interface AxiosAnswer {
  readonly status?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

type Adapter = (config: AxiosConfig) => Promise<unknown>;

/** A refusal has a `response` of its own, which axios would take for what a server answered, and change. */
class NoToken extends Error {
  readonly refusal: unknown;

  constructor(refusal: unknown) {
    super('No token can be sent', { cause: refusal });
    this.name = 'NoToken';
    this.refusal = refusal;
  }
}

/**
 * Sends requests of axios with a token. It stands where axios hands a request to its adapter: interceptors
 * and transformations are over, nothing changes the address any more, and what is shown to them holds no
 * token.
 */
export class AxiosSender {
  readonly #bare: BareAxios;
  readonly #parts: SenderParts;
  readonly #adapters = new WeakSet<object>();

  /** @param bare Loses its defaults: those of the instance are in each configuration. */
  constructor(bare: BareAxios, parts: SenderParts) {
    for (const name of Object.keys(bare.defaults)) Reflect.deleteProperty(bare.defaults, name);
    this.#bare = bare;
    this.#parts = parts;
  }

  /** @param given What would send it: a function, names of those that axios has, or several of them. */
  adapterFor(given: unknown): unknown {
    // Whoever tries again with the configuration of an error brings it along.
    if (typeof given === 'function' && this.#adapters.has(given)) return given;
    const adapter: Adapter = (config) => this.#send({ ...config, adapter: given }, config);
    this.#adapters.add(adapter);
    return adapter;
  }

  /** Tells an error as whoever sent the request should see it. */
  fail(failure: unknown): Promise<never> {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return Promise.reject(failure instanceof NoToken ? failure.refusal : failure);
  }

  async #send(config: AxiosConfig, shown: AxiosConfig): Promise<unknown> {
    const { service, tokenOf } = this.#parts;
    service.assertOwn(this.#bare.getUri(config));
    assertOrdinary(config);
    const { signal } = config;
    const sending: Sending<Outcome> = {
      send: (token) => this.#attempt({ ...config, ...this.#changes(config, token) }, shown),
      isRefused: ({ response }) =>
        saysInvalidToken(response?.status, response?.headers?.['www-authenticate']),
      isRepeatable: !isStream(config.data),
      discard: ({ response }) => {
        destroy(response?.data);
      },
      signal,
    };
    const source: TokenSource = () =>
      tokenOf().catch((refusal: unknown) => {
        throw new NoToken(refusal);
      });
    const outcome = await sendOnceMore(sending, source).catch((failure: unknown) => {
      // Axios sends nothing then, and says so in its own words.
      if (signal?.aborted === true) return this.#attempt(config, shown);
      throw failure;
    });
    if ('failure' in outcome) throw outcome.failure;
    return outcome.response;
  }

  #changes({ headers, ...config }: AxiosConfig, { token }: CallToken): object {
    const { service, requestId } = this.#parts;
    const id = requestId();
    const own = {
      authorization: bearer(token),
      ...(id !== undefined && { 'x-request-id': id }),
    };
    const others = Object.entries(headers ?? {}).filter(([name]) => !(name.toLowerCase() in own));
    return {
      headers: { ...Object.fromEntries(others), ...own },
      // It would take the place of the token.
      auth: undefined,
      // Both are over, or yet to come.
      ...{ transformRequest: [], transformResponse: [] },
      maxRedirects: config.maxRedirects ?? 0,
      beforeRedirect: redirectingWithin(service, config.beforeRedirect),
      fetchOptions: { ...config.fetchOptions, redirect: 'manual' },
    };
  }

  async #attempt(config: AxiosConfig, shown: AxiosConfig): Promise<Outcome> {
    try {
      const response = await this.#bare.request(config);
      showAs(response, shown);
      return { response: response as AxiosAnswer };
    } catch (failure) {
      const { response } = (failure ?? {}) as { readonly response?: AxiosAnswer };
      showAs(failure, shown);
      showAs(response, shown);
      return { response, failure };
    }
  }
}

/** By these, a token would go to whoever is there, whatever the address says. */
function assertOrdinary(config: AxiosConfig): void {
  const elsewhere = (['socketPath', 'transport'] as const).find(
    (name) => (config[name] ?? undefined) !== undefined,
  );
  if (elsewhere === undefined) return;
  throw new RangeError(
    `${elsewhere} takes the token elsewhere than to the address: leave it out, or use an instance that is not attached`,
  );
}

/** What is logged of an answer or an error shows no token: not in the configuration, and not in the request that was sent. */
function showAs(told: unknown, config: AxiosConfig): void {
  if (typeof told !== 'object' || told === null) return;
  if ('config' in told) Object.assign(told, { config });
  if ('request' in told) Object.defineProperty(told, 'request', { enumerable: false });
}

function destroy(data: unknown): void {
  const { destroy: end } = (data ?? {}) as { readonly destroy?: unknown };
  if (typeof end === 'function') end.call(data);
}
