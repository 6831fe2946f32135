import type { Gateway, TransportHost } from '../transport-host.js';

/** Where Nest keeps what `@WebSocketGateway(port, options)` says. */
const [PORT, OPTIONS] = ['port', 'websockets:gateway_options'];

/** Where a server listens: the gateways of one address share it. */
interface Address {
  readonly port: unknown;
  readonly path: unknown;
  readonly namespace: unknown;
}

/** Which gateways are behind a server. */
export class ServedGateways {
  readonly #host: TransportHost;
  readonly #addresses = new WeakMap<object, Address[]>();

  constructor(host: TransportHost) {
    this.#host = host;
  }

  /** To be told whenever a server is made. */
  note(server: object, port: unknown, options: unknown): void {
    const known = this.#addresses.get(server) ?? [];
    this.#addresses.set(server, [...known, addressOf(port, options)]);
  }

  /**
   * Those by which a client connects. A namespace that a pattern makes may be another gateway's as well,
   * and be made anew without it once it was empty (`cleanupEmptyChildNamespaces` of socket.io): what that
   * one sends goes by the name.
   *
   * @returns Where none is behind it, what holds anywhere.
   */
  behind(server: object, client: object): readonly Gateway[] {
    const noted = this.#addresses.get(server) ?? [];
    const namespace = namespaceNameOf(client);
    const named = noted.map(({ port, path }) => addressOf(port, { path, namespace }));
    const addresses = namespace === undefined ? noted : [...noted, ...named];
    const found = this.#host.gateways().filter(({ metatype }) => {
      const port: unknown = Reflect.getMetadata(PORT, metatype) ?? 0;
      const own = addressOf(port, Reflect.getMetadata(OPTIONS, metatype));
      return addresses.some((each) => isSame(each, own));
    });
    const isUnclaimed = found.length === 0 && this.#host.isGlobal;
    return isUnclaimed ? [this.#host.anywhere] : found;
  }
}

function addressOf(port: unknown, options: unknown): Address {
  const { path, namespace } = (options ?? {}) as Partial<Address>;
  return { port: port ?? 0, path, namespace: withSlash(namespace) };
}

/** Of a socket of socket.io; `undefined` of others. */
function namespaceNameOf(client: object): unknown {
  const { nsp } = client as { readonly nsp?: { readonly name?: unknown } | null };
  return nsp?.name;
}

/** As socket.io and Nest have it. */
function withSlash(namespace: unknown): unknown {
  if (namespace === '' || namespace === '/') return undefined;
  if (typeof namespace !== 'string') return namespace;
  return namespace.startsWith('/') ? namespace : `/${namespace}`;
}

function isSame(one: Address, other: Address): boolean {
  return one.port === other.port && one.path === other.path && one.namespace === other.namespace;
}
