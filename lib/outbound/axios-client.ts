import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { AxiosSender, type AxiosConfig, type BareAxios } from './axios-sender.js';
import type { TokenSource } from './outgoing-call.js';
import type { Service } from './service.js';

/** An instance of axios, of its version 1: what `axios.create()` makes, or `httpService.axiosRef` is. */
export interface AxiosClient {
  readonly defaults: { baseURL?: string | undefined };
  readonly interceptors: {
    readonly request: { use(change: <C extends object>(config: C) => C): unknown };
    readonly response: {
      use(fulfilled: null, rejected: (failure: unknown) => Promise<never>): unknown;
    };
  };
  /** Every instance has it, which the types of earlier versions do not tell. */
  create?(): BareAxios;
}

/** What an instance of axios is attached to. */
export interface Attachment {
  readonly service: Service;
  /** What is attached alike is attached once. */
  readonly as: string;
  readonly tokenOf: TokenSource;
  readonly requestId: () => string | undefined;
}

const attached = new WeakMap<object, Attachment>();

/**
 * Has an instance of axios send a token with each of its requests, and none of them anywhere else than
 * to one service.
 *
 * @throws {AuthConfigurationError} When it is none, is that of the whole process, or is attached already.
 * @throws {RangeError} When its `baseURL` is not below that of the service, or the service has none.
 */
export function attachAxios(client: AxiosClient, attachment: Attachment): void {
  assertOwnInstance(client);
  const { service, as } = attachment;
  const former = attached.get(client);
  if (former?.service === service && former.as === as) return;
  if (former) throw refusal(`is attached to services.${former.service.name} already`);
  const { defaults, interceptors } = client;
  const baseURL = defaults.baseURL === '' ? undefined : defaults.baseURL;
  if (baseURL !== undefined) service.assertOwn(baseURL);
  defaults.baseURL = baseURL ?? service.baseUrl();
  const sender = new AxiosSender(client.create(), attachment);
  interceptors.request.use((config) =>
    Object.assign(config, { adapter: sender.adapterFor((config as AxiosConfig).adapter) }),
  );
  interceptors.response.use(null, (failure) => sender.fail(failure));
  attached.set(client, attachment);
}

function assertOwnInstance(
  client: Partial<AxiosClient> | undefined,
): asserts client is Required<AxiosClient> {
  const isAxios = client?.interceptors !== undefined && typeof client.create === 'function';
  if (!isAxios) throw refusal('is no instance of axios');
  // Only what the package itself exports has it.
  if ('isAxiosError' in client) throw refusal('is the one that the whole process shares');
}

function refusal(problem: string): AuthConfigurationError {
  const cure =
    'Give it one of its own: axios.create(), or httpService.axiosRef of HttpModule.register({}), which HttpModule alone does not make.';
  return new AuthConfigurationError('What AuthService.attach() is given', problem, cure);
}
