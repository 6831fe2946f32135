// A process that holds an unguarded application and a contender's, and asks them in turn without a
// network. Tells the bench what processor time the requests of each round took.
import assert from 'node:assert/strict';
import { createApplication } from '../server/application.mjs';
import { requestWithoutNetwork } from './null-socket.mjs';

const { contender, adapter, issuer, token, rounds } = JSON.parse(process.argv[2]);

/** Short enough that few rounds meet a disturbance, long enough for a clock of microseconds. */
const REQUESTS_PER_TURN = 200;

/** As many as a busy server has under way: a verification in the thread pool costs less in company. */
const AT_ONCE = 20;

const WARM_UP_ROUNDS = 40;

const AUTHORIZATION = Buffer.from(`Bearer ${token}`);

/** The token is another string each time, as from a parser: one that was hashed before is found sooner. */
const headers = () => ['Host', 'localhost', 'Authorization', AUTHORIZATION.latin1Slice()];

process.on('disconnect', () => process.exit());

async function serverOf(name) {
  const application = await createApplication(name, adapter, issuer);
  await application.init();
  await application.getHttpAdapter().getInstance().ready?.();
  return application.getHttpServer();
}

/** @returns Microseconds of processor time for each request. */
async function turn(server) {
  const before = process.cpuUsage();
  for (let sent = 0; sent < REQUESTS_PER_TURN; sent += AT_ONCE) {
    const answers = Array.from({ length: AT_ONCE }, () => requestWithoutNetwork(server, headers()));
    for (const status of await Promise.all(answers)) assert.equal(status, 200);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS_PER_TURN;
}

const unguarded = await serverOf('unguarded');
const guarded = await serverOf(contender);
const measured = [];
for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
  // A B B A, as in the measurement over sockets.
  const [first, second, third, fourth] = [
    await turn(unguarded),
    await turn(guarded),
    await turn(guarded),
    await turn(unguarded),
  ];
  if (round < 0) continue;
  measured.push({ unguarded: (first + fourth) / 2, guarded: (second + third) / 2 });
}
process.send(measured);
