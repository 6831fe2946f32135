import { atInstant } from '../../core/at-instant.js';
import { InvalidCredential, type AuthError } from '../../core/auth-error.js';
import type { Principal } from '../../core/principal.js';
import { closeCodeOf } from '../close-code.js';
import type { LastingCall } from '../lasting-calls.js';
import type { TransportHost } from '../transport-host.js';

/** A socket of `ws`, which the servers of both drivers have, as far as it matters here. */
export interface ServerSocket {
  readonly readyState: number;
  close(code: number, reason: string): void;
  once(event: 'close', listener: () => void): unknown;
}

/** As the API of WebSockets in browsers has it. */
const OPEN = 1;

export function isServerSocket(value: unknown): value is ServerSocket {
  const { readyState, close, once } = (value ?? {}) as Partial<ServerSocket>;
  return (
    typeof readyState === 'number' && typeof close === 'function' && typeof once === 'function'
  );
}

/** Says why. What the server of GraphQL closes it with afterwards comes too late. */
export function closeSocket(socket: ServerSocket, failure: AuthError): void {
  socket.close(closeCodeOf(failure), failure.code);
}

/** Who connected, and by what. */
export type Opened = Pick<LastingCall, 'handler' | 'requestId' | 'principal'>;

/** A connection that was accepted, for as long as its credential holds. */
export class OpenConnection implements LastingCall {
  readonly transport = 'graphql';
  readonly route = undefined;
  readonly handler: string;
  readonly requestId: string | undefined;
  readonly principal: Principal | undefined;
  readonly #socket: ServerSocket;
  readonly #disarm: () => void;

  constructor(
    socket: ServerSocket,
    { handler, requestId, principal }: Opened,
    { lasting, clock }: Pick<TransportHost, 'lasting' | 'clock'>,
  ) {
    this.handler = handler;
    this.requestId = requestId;
    this.principal = principal;
    this.#socket = socket;
    // Whoever left meanwhile does not leave once more.
    if (this.isOpen) lasting.add(this);
    const endsAt = this.isOpen ? (principal?.expiresAt ?? Infinity) * 1000 : Infinity;
    this.#disarm = atInstant(endsAt, clock, () => {
      lasting.end(this, new InvalidCredential('token_expired'));
    });
    socket.once('close', () => {
      this.#disarm();
      lasting.delete(this);
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === OPEN;
  }

  get hasLeft(): boolean {
    return !this.isOpen;
  }

  close(failure: AuthError): void {
    this.#disarm();
    closeSocket(this.#socket, failure);
  }
}
