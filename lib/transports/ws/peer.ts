import type { IncomingMessage } from 'node:http';
import { ownProperty } from '../../core/own-property.js';
import type { AuthError } from '../../core/auth-error.js';
import { closeCodeOf } from '../close-code.js';
import { isMessageRefusal } from './message-refusal.js';
import { rawRequest } from '../http/raw-request.js';
import { SocketRequest } from './socket-request.js';
import { tokensAmong } from './sub-protocols.js';

/** A client that is connected, whatever library has it. */
export interface Peer {
  /** The request of HTTP that it connected by. */
  readonly handshake: IncomingMessage;
  readonly request: SocketRequest;
  /** Whether it is gone already, or not there yet. */
  readonly isGone: boolean;
  /** Whether it was there, and is gone. */
  readonly hasLeft: boolean;
  /** Holds back what it sends. */
  hold(): void;
  release(): void;
  /** Tells it why, and closes. */
  end(failure: AuthError, body: object): void;
  /** @param listener Called once, when it has gone. */
  onGone(listener: () => void): void;
  /** Puts a value where the users of its library look for it. */
  expose(property: string, value: unknown): void;
}

/** A socket of socket.io, as far as it matters here. */
export interface IoSocket {
  readonly handshake: { readonly auth?: unknown; readonly address?: string };
  readonly request: IncomingMessage;
  readonly connected: boolean;
  /** Below all namespaces of a client. */
  readonly conn?: { readonly readyState?: unknown };
  readonly data: unknown;
  emit(event: string, body: object): unknown;
  disconnect(close: boolean): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** A socket of ws, as far as it matters here. */
interface WebSocket {
  readonly readyState: number;
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  send(text: string): void;
  on(event: 'error' | 'exception', listener: (data: unknown) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** As the API of WebSockets in browsers has it. */
const OPEN = 1;

/** Why an open socket is closed is told in the event in which Nest tells of exceptions. */
const EXCEPTION = 'exception';

/** @returns `undefined` for what is no socket that anybody here knows. */
export function peerOf(client: unknown, request?: unknown): Peer | undefined {
  if (isIoSocket(client)) return new IoPeer(client);
  const raw = rawRequest(request);
  return raw && isWebSocket(client) ? new WebSocketPeer(client, raw) : undefined;
}

class IoPeer implements Peer {
  readonly request: SocketRequest;
  readonly #socket: IoSocket;

  constructor(socket: IoSocket) {
    const { headers, rawHeaders } = socket.request;
    this.#socket = socket;
    this.request = SocketRequest.of({
      headers: { headers, rawHeaders },
      remoteAddress: socket.handshake.address,
      tokens: tokenIn(socket.handshake.auth),
    });
  }

  get handshake(): IncomingMessage {
    return this.#socket.request;
  }

  get isGone(): boolean {
    return !this.#socket.connected;
  }

  get hasLeft(): boolean {
    const { readyState } = this.#socket.conn ?? {};
    return readyState === 'closing' || readyState === 'closed';
  }

  hold(): void {
    // Nobody listens to a socket of socket.io before it is connected.
  }

  release(): void {
    // It was never held.
  }

  end(_failure: AuthError, body: object): void {
    // One that is not connected yet is told by the middleware that refuses it.
    if (this.isGone) return;
    this.#socket.emit(EXCEPTION, body);
    this.#socket.disconnect(true);
  }

  onGone(listener: () => void): void {
    this.#socket.once('disconnect', listener);
  }

  expose(property: string, value: unknown): void {
    const { data } = this.#socket;
    if (typeof data === 'object' && data !== null) show(data, property, value);
  }
}

class WebSocketPeer implements Peer {
  readonly handshake: IncomingMessage;
  readonly request: SocketRequest;
  readonly #socket: WebSocket;
  readonly #exposed = new Set<string>();

  constructor(socket: WebSocket, handshake: IncomingMessage) {
    const { headers, rawHeaders } = handshake;
    this.#socket = socket;
    this.handshake = handshake;
    this.request = SocketRequest.of({
      headers: { headers, rawHeaders },
      remoteAddress: handshake.socket.remoteAddress,
      tokens: tokensAmong(headers['sec-websocket-protocol']),
    });
    // Nobody else may listen yet, and an error that nobody listens to ends the process.
    socket.on('error', () => undefined);
    // The filter of Nest 11 tells the socket itself of exceptions, and sends nothing.
    socket.on(EXCEPTION, (data) => {
      const event = EXCEPTION;
      if (isMessageRefusal(data)) socket.send(JSON.stringify({ event, data }));
    });
  }

  get isGone(): boolean {
    return this.#socket.readyState !== OPEN;
  }

  get hasLeft(): boolean {
    return this.isGone;
  }

  hold(): void {
    this.#socket.pause();
  }

  release(): void {
    this.#socket.resume();
  }

  end(failure: AuthError): void {
    this.#socket.close(closeCodeOf(failure), failure.code);
    // What the other side answers to that is waited for.
    this.release();
  }

  onGone(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  expose(property: string, value: unknown): void {
    const isTaken = property in this.#socket && !this.#exposed.has(property);
    if (isTaken) return;
    this.#exposed.add(property);
    show(this.#socket, property, value);
  }
}

/** Each message shows the same as the one before, as a rule: to read is cheaper than to write. */
function show(target: object, property: string, value: unknown): void {
  const { [property]: shown } = target as Readonly<Record<string, unknown>>;
  if (shown !== value) Reflect.set(target, property, value);
}

function isIoSocket(client: unknown): client is IoSocket {
  const { handshake, request, disconnect } = (client ?? {}) as Partial<IoSocket>;
  const isShaken = typeof handshake === 'object' && rawRequest(request) !== undefined;
  return isShaken && typeof disconnect === 'function';
}

function isWebSocket(client: unknown): client is WebSocket {
  const { readyState, pause, resume } = (client ?? {}) as Partial<WebSocket>;
  const canWait = typeof pause === 'function' && typeof resume === 'function';
  return canWait && typeof readyState === 'number';
}

/** The scheme, by which some clients begin whatever they present (RFC 6750 section 2.1). */
const SCHEME = /^bearer (?! )/i;

/** What is no text is presented all the same, and is no token. */
function tokenIn(auth: unknown): readonly string[] {
  const token = typeof auth === 'object' && auth !== null ? ownProperty(auth, 'token') : undefined;
  if (token === undefined || token === null) return [];
  return [typeof token === 'string' ? token.replace(SCHEME, '') : ''];
}
