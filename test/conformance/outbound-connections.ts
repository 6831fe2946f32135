import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { ownSockets } from './raw-socket.js';

const CHANNEL = 'net.client.socket';

/** Counts the connections that this process opens, without those of the tests themselves. */
export class OutboundConnections {
  readonly #sockets: Socket[] = [];
  readonly #notice = (message: unknown): void => {
    this.#sockets.push((message as { socket: Socket }).socket);
  };

  constructor() {
    subscribe(CHANNEL, this.#notice);
  }

  get count(): number {
    return this.#sockets.filter((socket) => !ownSockets.has(socket)).length;
  }

  close(): void {
    unsubscribe(CHANNEL, this.#notice);
  }
}
