import { isIP, type Socket } from 'node:net';
import { TcpContext } from '@nestjs/microservices';
import { isGrpcCall } from '../grpc-call.js';

/**
 * Where a message came from: over TCP and gRPC the other end of the connection. Whoever sends by a broker
 * is not known.
 */
export function remoteAddressOf(message: object, call: unknown): string | undefined {
  if (isGrpcCall(call)) return addressIn(call.getPeer?.());
  if (!(message instanceof TcpContext)) return;
  const { netSocket } = message.getSocketRef() as { readonly netSocket?: Socket };
  return netSocket?.remoteAddress;
}

/** Without the port. */
function addressIn(peer: string | undefined): string | undefined {
  const address = peer?.replace(/:\d+$/, '') ?? '';
  return isIP(address) === 0 ? undefined : address;
}
