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

  /** Where none is behind it, what holds anywhere. */
  behind(server: object): readonly Gateway[] {
    const addresses = this.#addresses.get(server) ?? [];
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

/** As socket.io and Nest have it. */
function withSlash(namespace: unknown): unknown {
  if (namespace === '' || namespace === '/') return undefined;
  if (typeof namespace !== 'string') return namespace;
  return namespace.startsWith('/') ? namespace : `/${namespace}`;
}

function isSame(one: Address, other: Address): boolean {
  return one.port === other.port && one.path === other.path && one.namespace === other.namespace;
}
