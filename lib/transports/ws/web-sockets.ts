import type { WebSocketAdapter } from '@nestjs/common';
import type { Transport } from '../transport.js';
import type { TransportHost } from '../transport-host.js';
import { Connections } from './connections.js';
import { GuardedAdapter } from './guarded-adapter.js';
import { rememberConnections } from './web-socket-sessions.js';
import { WsExchange } from './ws-exchange.js';

const CURE =
  'let the adapter call the handlers that bindMessageHandlers is given, with the client first, where the message comes: what is put off to elsewhere is told apart by nothing';

/**
 * Serves gateways, of socket.io and of ws: for the option `transports`.
 *
 * Whoever connects presents a credential: in `Authorization`, in the cookie of the options, as
 * `auth.token` of socket.io (with or without `Bearer`), or after the sub-protocol `bearer`; never in the query. It is verified
 * before `handleConnection`, by what is declared there and on the gateway, and again for each message.
 * The socket is closed when it ceases to hold: with code 4401, or after the event `exception`.
 *
 * @publicApi
 */
export function webSockets(): Transport {
  return Object.freeze({
    type: 'ws',
    cure: CURE,
    exchangeOf: (context) => WsExchange.of(context),
    attach: (host) => {
      const connections = new Connections(host);
      rememberConnections(host.config, connections);
      guardAdapters(host.config, new GuardedAdapter(connections));
    },
  } satisfies Transport);
}

/** Nest takes an adapter of its own where the application sets none. */
function guardAdapters(config: TransportHost['config'], guarded: GuardedAdapter): void {
  const set = config.setIoAdapter.bind(config);
  config.setIoAdapter = (adapter: WebSocketAdapter): void => {
    guarded.guard(adapter);
    set(adapter);
  };
  const given = config.getIoAdapter() as WebSocketAdapter | undefined | null;
  if (given) guarded.guard(given);
}
