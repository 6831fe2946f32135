import type { IncomingMessage } from 'node:http';
import { removeWrittenSince } from '../../context/inbound-headers.js';
import type { AuthRequest } from '../../core/auth-request.js';
import { hiddenNotes } from '../../core/hidden-notes.js';
import type { FieldCall, FoundRequest } from '../field-call.js';
import { receivedValues } from '../http/header-values.js';
import type { Carrier } from './carrier.js';

/** The operation that a context was made for. */
const operations = hiddenNotes<object>();

/** The one connection parameter that is read. */
const AUTHORIZATION = 'authorization';

const NONE: ReadonlyMap<string, string> = new Map();

/**
 * A socket that brought an operation: what the client said when it connected, and its handshake.
 *
 * Of the handshake, only what was received counts: Mercurius writes connection parameters among its
 * headers, by which a page of another site could say that it is of this one.
 */
export class Connection implements Carrier, AuthRequest {
  /** None: a handshake is always a GET, and what it brings changes things. */
  readonly method = undefined;
  /** What the client said does not change: a subscription presents it before each of its values. */
  readonly isLasting = true;
  readonly shared: object;
  readonly #found: FoundRequest;

  private constructor(context: object, found: FoundRequest) {
    this.shared = context;
    this.#found = found;
  }

  /** @returns `undefined` for a context that another operation has had: who asks now may be somebody else. */
  static of({ context, info }: FieldCall, found: FoundRequest): Connection | undefined {
    const { operation } = info;
    if (!operation) return;
    const before = operations.get(context);
    if (before && before !== operation) return;
    operations.set(context, operation);
    removeWrittenSince(found.raw);
    return new Connection(context, found);
  }

  /** Of a client that connects, before it sends operations. */
  static opening(context: object, found: FoundRequest): Connection {
    return new Connection(context, found);
  }

  get request(): AuthRequest {
    return this;
  }

  get remoteAddress(): string | undefined {
    const { ip } = this.#found.request as { readonly ip?: unknown };
    return typeof ip === 'string' ? ip : this.#raw.socket.remoteAddress;
  }

  get host(): string | undefined {
    const [host, ...others] = this.header('host');
    return others.length === 0 ? host?.replace(/:\d*$/, '') : undefined;
  }

  /** What the client said when it connected is lost where a `context` of the application leaves it out. */
  get whyMissing(): string | undefined {
    const { req } = this.shared as { readonly req?: unknown };
    const isKept = [this.shared, req].some(
      (each) => isObject(each) && KEPT_WITH.some((name) => name in each),
    );
    return isKept ? undefined : NOT_KEPT;
  }

  header(name: string): readonly string[] {
    const received = receivedValues(this.#raw.rawHeaders, name);
    return name === AUTHORIZATION ? [...authorizationsIn(this.shared), ...received] : received;
  }

  parameter(): unknown {
    return undefined;
  }

  expose(property: string, value: unknown): void {
    // Not on the handshake, which other operations have in common.
    Reflect.set(this.shared, property, value);
  }

  /** There is no answer of HTTP any more. */
  announce(): ReadonlyMap<string, string> {
    return NONE;
  }

  get #raw(): IncomingMessage {
    return this.#found.raw;
  }
}

/** Of graphql-ws, and of Mercurius. */
const PARAMETERS = ['connectionParams', '_connectionInit'] as const;

/** There where they are handed on, and if nothing was said; or where all is that `graphql-ws` has. */
const KEPT_WITH = [...PARAMETERS, 'connectionInitReceived'];

const NOT_KEPT =
  'if the client sent one when it connected, it is lost: let `context` of GraphQLModule hand on connectionParams, ({ req, extra, connectionParams }) => ({ req: extra?.request ?? req, connectionParams })';

function authorizationsIn(context: object): readonly string[] {
  const { req } = context as { readonly req?: unknown };
  const parameters = PARAMETERS.map((name) => memberOf(context, name) ?? memberOf(req, name));
  return parameters.flatMap(authorizationsOf);
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** However it is spelt, and each time it is: which of two is meant, nobody can tell. */
function authorizationsOf(parameters: unknown): readonly string[] {
  if (typeof parameters !== 'object' || parameters === null) return [];
  return Object.entries(parameters)
    .filter(([name]) => name.toLowerCase() === AUTHORIZATION)
    .map(([, value]: [string, unknown]) => value)
    .filter((value) => typeof value === 'string');
}
