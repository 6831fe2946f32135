// Whether a tenant whose keys never come makes the others wait.
//
// `npm run build && node bench/black-hole.mjs [rounds]`. Rounds of two seconds, one quiet and one in
// which 50 requests of tenant A hang, by turns and in random order within each pair; in both, tenant B
// sends 250 requests a second, each with a token never seen before. What is compared is the p99 of all
// quiet rounds with that of all others: the same machine, the same minutes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const rounds = Number(process.argv[2] ?? 15);
const ROUND_MS = 2000;
const PER_SECOND = 250;
const HANGING = 50;
/** Until the requests that hang are refused, and the connections of the round before are closed. */
const REST_MS = 1500;
const KID = 'key-1';
const AUDIENCE = 'api://orders';

const listening = async (server) => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${server.address().port}`;
};

const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: 'ES256', use: 'sig' };
const keys = JSON.stringify({ keys: [jwk] });
const healthy = await listening(createServer((_, response) => response.end(keys)));
const hole = await listening(createSocketServer((socket) => socket.on('error', () => undefined)));
const tenants = Object.fromEntries(
  [healthy, hole].map((issuer) => [
    issuer,
    { issuer, audience: AUDIENCE, jwksUri: `${issuer}/jwks` },
  ]),
);

const child = fork(new URL('server/tenants.mjs', import.meta.url), [JSON.stringify(tenants)]);
const [{ port }] = await once(child, 'message');
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

let serial = 0;
const tokenOf = (issuer) =>
  new SignJWT({ sub: 'ann', jti: String((serial += 1)) })
    .setProtectedHeader({ alg: 'ES256', kid: KID, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);

function ask(token, through) {
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/orders', headers, agent: through }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

/** Requests leave when they are due, however long those before take: whoever waits is counted as waiting. */
async function round(tokens) {
  const began = performance.now();
  const times = [];
  const pending = [];
  for (const [index, token] of tokens.entries()) {
    const due = began + (index * 1000) / PER_SECOND;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    const asked = ask(token, agent).then((status) => {
      if (status !== 200) throw new Error(`Tenant B was answered with ${status}`);
      times.push(performance.now() - due);
    });
    pending.push(asked);
  }
  await Promise.all(pending);
  return times;
}

async function hungRound(tokens) {
  child.send(hole);
  await once(child, 'message');
  const began = performance.now();
  const hanging = await Promise.all(Array.from({ length: HANGING }, () => tokenOf(hole)));
  const answers = hanging.map(async (token) => {
    const status = await ask(token, undefined);
    return { status, after: performance.now() - began };
  });
  await sleep(50);
  const times = await round(tokens);
  const refused = await Promise.all(answers);
  if (refused.some(({ status }) => status !== 503)) throw new Error('Tenant A was not refused');
  return { times, refusedAfter: refused.map(({ after }) => after) };
}

const batch = () =>
  Promise.all(Array.from({ length: (ROUND_MS / 1000) * PER_SECOND }, () => tokenOf(healthy)));
const percentile = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1];
const milliseconds = (time) => `${time.toFixed(2)} ms`;

await round(await batch());
const found = { quiet: [], hung: [] };
const refusedAfter = [];
for (let count = 0; count < rounds; count += 1) {
  const order = Math.random() < 0.5 ? ['quiet', 'hung'] : ['hung', 'quiet'];
  for (const kind of order) {
    const tokens = await batch();
    await sleep(REST_MS);
    if (kind === 'quiet') found.quiet.push(await round(tokens));
    else {
      const { times, refusedAfter: after } = await hungRound(tokens);
      found.hung.push(times);
      refusedAfter.push(...after);
    }
  }
}

for (const share of [0.5, 0.99]) {
  const [quiet, hung] = [found.quiet, found.hung].map((all) => percentile(all.flat(), share));
  const name = `p${String(share * 100)}`;
  console.log(
    `${name}: ${milliseconds(quiet)} quiet, ${milliseconds(hung)} with ${HANGING} hanging, ratio ${(hung / quiet).toFixed(3)}`,
  );
}
const ratios = found.quiet.map(
  (quiet, index) => percentile(found.hung[index], 0.99) / percentile(quiet, 0.99),
);
console.log(`p99 of each pair of rounds, ratio: median ${percentile(ratios, 0.5).toFixed(3)}`);
console.log(`Tenant A was refused after ${milliseconds(Math.max(...refusedAfter))} at the latest`);
child.kill();
process.exit();
