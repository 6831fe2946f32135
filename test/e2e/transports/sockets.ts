import { once } from 'node:events';
import { WsAdapter } from '@nestjs/platform-ws';
import { io, type Socket } from 'socket.io-client';
import WebSocket from 'ws';
import { start, type Parts, type RunningApplication } from '../http/application.js';

/** The libraries that gateways are served by. */
export const LIBRARIES = ['socket.io', 'ws'] as const;
export type Library = (typeof LIBRARIES)[number];

/** What a client presents, and where. */
export interface Presentation {
  readonly headers?: Readonly<Record<string, string>>;
  /** The payload `auth` of socket.io. */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** Where the server of socket.io listens, unless at `/socket.io`. */
  readonly at?: string;
  /** The sub-protocols that are offered, for ws. */
  readonly protocols?: readonly string[];
}

/** What a client receives. */
export interface Received {
  readonly event: string;
  readonly data: unknown;
}

/** A client, whatever library it is of. */
export interface Client {
  send(event: string, data: unknown): void;
  /** The next that comes, in the order in which it came. */
  next(): Promise<Received>;
  close(): void;
}

/** An application that is reached by one of the libraries. */
export async function startSockets(library: Library, parts: Parts): Promise<RunningApplication> {
  return start('express', {
    ...parts,
    configure: (app) => {
      parts.configure?.(app);
      if (library === 'ws') app.useWebSocketAdapter(new WsAdapter(app));
    },
  });
}

/** @param path The namespace of socket.io, the path of ws. */
export function connect(
  library: Library,
  { port }: { readonly port: number },
  path: string,
  presentation: Presentation = {},
): Client {
  return library === 'ws' ? overWs(port, path, presentation) : overIo(port, path, presentation);
}

/** What is received waits for whoever asks. */
export function inbox(): { readonly put: (each: Received) => void; readonly next: Client['next'] } {
  const received: Received[] = [];
  const asking: ((each: Received) => void)[] = [];
  return {
    put: (each) => {
      const asker = asking.shift();
      if (asker) asker(each);
      else received.push(each);
    },
    next: () =>
      new Promise((resolve) => {
        const first = received.shift();
        if (first) resolve(first);
        else asking.push(resolve);
      }),
  };
}

/** What is sent before it is connected is sent then; `connect_error` and `disconnect` are received like events. */
function overIo(port: number, path: string, { headers, auth, at }: Presentation): Client {
  const { put, next } = inbox();
  const socket: Socket = io(`http://127.0.0.1:${port}${path}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...(headers && { extraHeaders: headers }),
    ...(auth && { auth }),
    ...(at !== undefined && { path: at }),
  });
  socket.onAny((event: string, data: unknown) => {
    put({ event, data });
  });
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    put({ event: 'refused', data: error.data });
  });
  socket.on('disconnect', (reason) => {
    put({ event: 'closed', data: reason });
  });
  return {
    next,
    send: (event, data) => {
      socket.emit(event, data);
    },
    close: () => {
      socket.disconnect();
    },
  };
}

/** A close is received like an event, with its code and reason. */
function overWs(port: number, path: string, { headers = {}, protocols }: Presentation): Client {
  const { put, next } = inbox();
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...(protocols ?? [])], {
    headers,
  });
  const opened = once(socket, 'open');
  opened.catch(() => undefined);
  socket.on('message', (data: Buffer) => {
    put(JSON.parse(data.toString()) as Received);
  });
  socket.on('close', (code, reason) => {
    put({ event: 'closed', data: { code, reason: reason.toString() } });
  });
  socket.on('error', () => undefined);
  return {
    next,
    send: (event, data) => {
      const text = JSON.stringify({ event, data });
      opened.then(
        () => {
          socket.send(text);
        },
        () => undefined,
      );
    },
    close: () => {
      socket.close();
    },
  };
}
