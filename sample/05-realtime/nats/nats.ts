import { connect } from 'node:net';
import { Transport, type NatsOptions } from '@nestjs/microservices';

const TIMEOUT_MS = 1000;

/** Where NATS is: `NATS_URL`, or on this machine. */
export const NATS_URL = process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222';

const PREFIX = process.env['NATS_SUBJECTS'] ?? 'newsroom';

/** What messages are called. */
export const SUBJECTS = {
  list: `${PREFIX}.list`,
  publish: `${PREFIX}.publish`,
  retract: `${PREFIX}.retract`,
};

export const NATS: NatsOptions = { transport: Transport.NATS, options: { servers: [NATS_URL] } };

/** Whether something listens there. */
export function isNatsThere(): Promise<boolean> {
  const { hostname, port } = new URL(NATS_URL);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 4222), timeout: TIMEOUT_MS });
    const answer = (isThere: boolean) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket
      .once('connect', answer(true))
      .once('error', answer(false))
      .once('timeout', answer(false));
  });
}
