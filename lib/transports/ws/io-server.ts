import { whenReady } from '../../core/maybe-promise.js';
import type { AuthError } from '../../core/auth-error.js';
import { refusalBody } from '../public-refusal.js';
import type { Connections } from './connections.js';
import type { IoSocket } from './peer.js';
import { sessionOf } from './socket-session.js';

interface Recovering {
  readonly opts?: { readonly connectionStateRecovery?: { skipMiddlewares?: boolean } };
}

/** A server or a namespace of socket.io. */
export interface IoServer extends Recovering {
  /** Of a namespace. */
  readonly server?: Recovering;
  use(middleware: (socket: IoSocket, next: (failure?: Error) => void) => void): unknown;
  on(event: 'connection', listener: (socket: IoSocket) => void): unknown;
}

export function isIoServer(server: object): server is IoServer {
  return typeof (server as Partial<IoServer>).use === 'function';
}

/** Lets nobody connect who is not admitted; why is in the event `connect_error` of the client. */
export function guardIoServer(server: IoServer, connections: Connections): void {
  // Whoever comes back after an interruption is asked again: what was good then may not be good now.
  const recovery = (server.server ?? server).opts?.connectionStateRecovery;
  if (recovery) recovery.skipMiddlewares = false;
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

function connectError(failure: AuthError, { host }: Connections): Error {
  const data = refusalBody(failure, host.styles.http.body);
  return Object.assign(new Error(failure.message), { data });
}
