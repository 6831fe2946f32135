import { whenReady } from '../../core/maybe-promise.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { AuthError } from '../../core/auth-error.js';
import { refusalBody } from '../public-refusal.js';
import type { Connections } from './connections.js';
import type { IoSocket } from './peer.js';
import { sessionOf } from './socket-session.js';

interface Recovering {
  readonly opts?: { readonly connectionStateRecovery?: unknown };
}

/** A server or a namespace of socket.io. */
export interface IoServer extends Recovering {
  /** Of a namespace. */
  readonly server?: Recovering;
  /** Of a server the namespace `/`, which is what it is listened to by; of a namespace, its clients. */
  readonly sockets?: object;
  use(middleware: (socket: IoSocket, next: (failure?: Error) => void) => void): unknown;
  on(event: 'connection', listener: (socket: IoSocket) => void): unknown;
}

export function isIoServer(server: object): server is IoServer {
  return typeof (server as Partial<IoServer>).use === 'function';
}

/** What clients connect to: a server, and its namespace `/`, are one. */
export function namespaceOf(server: object): object {
  if (!isIoServer(server) || server.server) return server;
  return server.sockets ?? server;
}

/** Lets nobody connect who is not admitted; why is in the event `connect_error` of the client. */
export function guardIoServer(server: IoServer, connections: Connections): void {
  assertNoRecovery(server);
  server.use((socket, next) => {
    const session = connections.begin(socket, server);
    if (!session) return;
    void whenReady(connections.admit(session), (failure) => {
      next(failure && connectError(failure, connections));
    });
  });
  server.on('connection', (socket) => {
    const session = sessionOf(socket);
    if (session) connections.open(session);
    if (!session?.isOpen) socket.disconnect(true);
  });
}

/** What was missed is sent, and rooms are joined, before any middleware could ask who comes back. */
function assertNoRecovery(server: IoServer): void {
  const recovery = (server.server ?? server).opts?.connectionStateRecovery;
  if (recovery === undefined || recovery === null || recovery === false) return;
  throw new AuthConfigurationError(
    'connectionStateRecovery',
    'of socket.io sends what a client missed to whoever comes back by its id, before anybody is authenticated',
    'Leave it out of the options of the server and of @WebSocketGateway, and join rooms and send what was missed in handleConnection.',
  );
}

function connectError(failure: AuthError, { host }: Connections): Error {
  const data = refusalBody(failure, host.styles.http.body);
  return Object.assign(new Error(failure.message), { data });
}
