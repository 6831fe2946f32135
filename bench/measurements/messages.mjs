import { once } from 'node:events';
import { io } from 'socket.io-client';
import { ServerProcess } from '../server/server-process.mjs';
import { medianOf } from './median.mjs';

const MAIN = new URL('../server/gateway.mjs', import.meta.url);

/** How long one gateway is driven before the other's turn: too short for the machine to change. */
const SLICE_MS = 60;

/** Enough that the server always has the next message waiting. */
const IN_FLIGHT = 16;

/**
 * What share of the messages of an unguarded gateway of socket.io a guarded one handles, by a socket whose
 * token is known already: in the same time of its processor, and in the same time as its client sees it.
 *
 * @returns `{ processor, client }`, each `{ median, min, max }` of rounds in which both are driven in the
 *   order A B B A.
 */
export async function measureMessages({ issuer, settings }) {
  const sides = await Promise.all([false, true].map((isGuarded) => driven(isGuarded, issuer)));
  try {
    await assertRefused(sides[1].server.port);
    for (const { socket } of sides) await run(socket, settings.firstWarmUpMs);
    const [processor, client] = [[], []];
    for (let each = 0; each < settings.rounds; each += 1) {
      const [unguarded, guarded] = await round(sides);
      processor.push(guarded.perMicrosecond / unguarded.perMicrosecond);
      client.push(guarded.answered / unguarded.answered);
    }
    return { processor: medianOf(processor), client: medianOf(client) };
  } finally {
    for (const { socket } of sides) socket.disconnect();
    await Promise.all(sides.map(({ server }) => server.stop()));
  }
}

async function driven(isGuarded, issuer) {
  const server = await ServerProcess.start({ isGuarded, issuer: issuer.description }, MAIN);
  const token = await issuer.sign('RS256');
  const socket = connect(server.port, { token });
  await once(socket, 'connect');
  return { server, socket };
}

/** What lets everybody in would be fast. */
async function assertRefused(port) {
  const socket = connect(port, {});
  const [error] = await Promise.race([
    once(socket, 'connect_error'),
    once(socket, 'connect').then(() => [{ data: undefined }]),
  ]);
  socket.disconnect();
  if (error.data?.statusCode !== 401) throw new Error('The guarded gateway let anybody in');
}

function connect(port, auth) {
  const transports = ['websocket'];
  return io(`http://127.0.0.1:${port}`, { transports, auth, reconnection: false, forceNew: true });
}

async function round(sides) {
  const before = await Promise.all(sides.map(processorTime));
  const answered = [0, 0];
  for (const turn of [0, 1, 1, 0]) answered[turn] += await run(sides[turn].socket, SLICE_MS);
  const after = await Promise.all(sides.map(processorTime));
  return answered.map((count, side) => ({
    answered: count,
    perMicrosecond: count / (after[side] - before[side]),
  }));
}

const processorTime = ({ server }) => server.ask('cpuMicroseconds');

/** @returns How many messages were answered. */
async function run(socket, milliseconds) {
  const until = performance.now() + milliseconds;
  let answered = 0;
  const send = async () => {
    while (performance.now() < until) {
      const { id } = await socket.timeout(5000).emitWithAck('orders', { page: 1 });
      if (id !== 'order-1') throw new Error('A message was answered with something else');
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  return answered;
}
