// Whether a tenant whose keys never come makes the others wait.
//
// `npm run build && node bench/black-hole.mjs [rounds]`. Two processes serve the same application. In
// each round of two seconds, 50 requests of tenant A hang in one of them, and tenant B sends 125
// requests a second to each, by turns, each with a token never seen before. Whatever else the machine
// does, it does to both; which of the two is hung alternates. What is compared is the p99 of B where A
// hangs with the p99 of B where nobody does.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const rounds = Number(process.argv[2] ?? 15);
const ROUND_MS = 2000;
const PER_SECOND = 125;
const HANGING = 50;
/** Until the requests that hang are refused, and the connections of the round before are closed. */
const REST_MS = 1500;
/** Until 50 connections are made and 50 requests read, which is work that any 50 requests are. */
const SETTLE_MS = 400;
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
    { issuer, audience: AUDIENCE, organizationId: null, jwksUri: `${issuer}/jwks` },
  ]),
);

async function startServer() {
  const child = fork(new URL('server/tenants.mjs', import.meta.url), [JSON.stringify(tenants)]);
  const [{ port }] = await once(child, 'message');
  return { child, port, agent: new Agent({ keepAlive: true, maxSockets: 64 }) };
}
const servers = [await startServer(), await startServer()];

let serial = 0;
const tokenOf = (issuer) =>
  new SignJWT({ sub: 'ann', jti: String((serial += 1)) })
    .setProtectedHeader({ alg: 'ES256', kid: KID, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);

function ask({ port }, token, agent) {
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/orders', headers, agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

/** Requests leave when they are due, however long those before take: whoever waits is counted as waiting. */
async function send(tokens) {
  const began = performance.now();
  const times = servers.map(() => []);
  const pending = [];
  for (const [index, token] of tokens.entries()) {
    const due = began + (index * 1000) / PER_SECOND / servers.length;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    const which = index % servers.length;
    const answered = ask(servers[which], token, servers[which].agent).then((status) => {
      if (status !== 200) throw new Error(`Tenant B was answered with ${status}`);
      times[which].push(performance.now() - due);
    });
    pending.push(answered);
  }
  await Promise.all(pending);
  return times;
}

/** Fills one of the servers with requests that hang. */
async function hang(server) {
  server.child.send(hole);
  await once(server.child, 'message');
  const tokens = await Promise.all(Array.from({ length: HANGING }, () => tokenOf(hole)));
  const began = performance.now();
  return tokens.map(async (token) => {
    const status = await ask(server, token, undefined);
    if (status !== 503) throw new Error(`Tenant A was answered with ${status}`);
    return performance.now() - began;
  });
}

const batch = () =>
  Promise.all(
    Array.from({ length: (ROUND_MS / 1000) * PER_SECOND * servers.length }, () => tokenOf(healthy)),
  );
const percentile = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1];
const milliseconds = (time) => `${time.toFixed(2)} ms`;

await send(await batch());
await send(await batch());
const found = { quiet: [], hung: [] };
const refusedAfter = [];
for (let count = 0; count < rounds; count += 1) {
  const tokens = await batch();
  await sleep(REST_MS);
  const which = count % servers.length;
  const hanging = await hang(servers[which]);
  await sleep(SETTLE_MS);
  const times = await send(tokens);
  found.hung.push(times[which]);
  found.quiet.push(times[1 - which]);
  refusedAfter.push(...(await Promise.all(hanging)));
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
console.log(`p99 of each round, ratio: median ${percentile(ratios, 0.5).toFixed(3)}`);
console.log(`Tenant A was refused after ${milliseconds(Math.max(...refusedAfter))} at the latest`);
for (const { child } of servers) child.kill();
process.exit();
