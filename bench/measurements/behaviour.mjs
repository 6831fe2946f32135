import { randomUUID } from 'node:crypto';
import { Issuer } from '../issuer/issuer.mjs';
import { ServerProcess } from '../server/server-process.mjs';
import { statusOf } from './admission.mjs';

/** Longer than any contender takes its keys for fresh, and shorter than ours are stale. */
const OUTAGE_MS = 20 * 60_000;

const ALGORITHM = 'RS256';
const COLD_REQUESTS = 500;
const UNKNOWN_KIDS = 1000;
const OUTAGE_REQUESTS = 100;
const AT_ONCE = 50;

/** How a contender treats its issuer, and its callers while that is down. */
export async function observeBehaviour(contender, adapter) {
  const coldFetches = await within(contender, adapter, { delayMs: 150 }, async (scene) => {
    const token = await scene.issuer.sign(ALGORITHM);
    const statuses = await statusesOf(scene, Array(COLD_REQUESTS).fill(token), COLD_REQUESTS);
    return { fetches: scene.issuer.requests.keySet, statuses };
  });
  const unknownKids = { up: await unknownKidFetches(contender, adapter, false) };
  unknownKids.down = await unknownKidFetches(contender, adapter, true);
  return { coldFetches, unknownKids, ...(await observeOutages(contender, adapter)) };
}

/** How many requests the issuer gets because of key ids that somebody makes up. */
function unknownKidFetches(contender, adapter, isDown) {
  return within(contender, adapter, {}, async (scene) => {
    await statusOf(scene.server.port, await scene.issuer.sign(ALGORITHM));
    const before = scene.issuer.requestCount;
    scene.issuer.isDown = isDown;
    const made = Array.from({ length: UNKNOWN_KIDS }, () =>
      scene.issuer.sign(ALGORITHM, { header: { kid: randomUUID() } }),
    );
    await statusesOf(scene, await Promise.all(made), AT_ONCE);
    return scene.issuer.requestCount - before;
  });
}

async function observeOutages(contender, adapter) {
  const warmOutage = await within(contender, adapter, { adjustableClock: true }, async (scene) => {
    await statusOf(scene.server.port, await scene.issuer.sign(ALGORITHM));
    scene.issuer.isDown = true;
    await scene.server.ask('setAhead', OUTAGE_MS);
    return statusesOf(scene, await validTokens(scene), AT_ONCE);
  });
  const coldOutage = await within(contender, adapter, { isDown: true }, async (scene) =>
    statusesOf(scene, await validTokens(scene), AT_ONCE),
  );
  return { warmOutage, coldOutage };
}

/** From the start of the process to the first answer, and what it then takes. */
export function observeStart(contender, adapter) {
  const began = performance.now();
  return within(contender, adapter, {}, async ({ issuer, server }) => {
    const headers = await issuer.sign(ALGORITHM);
    const status = await statusOf(server.port, headers);
    if (status !== 200) throw new Error(`${contender.name} answered ${status}`);
    const milliseconds = performance.now() - began;
    return { milliseconds, memoryBytes: await server.ask('memoryBytes') };
  });
}

async function within(contender, adapter, { delayMs, isDown, adjustableClock }, observe) {
  const issuer = await Issuer.start({ delayMs, isDown });
  const { description } = issuer;
  const of = { contender: contender.name, adapter, issuer: description, adjustableClock };
  const server = await ServerProcess.start(of);
  try {
    return await observe({ issuer, server });
  } finally {
    await server.stop();
    await issuer.stop();
  }
}

const validTokens = ({ issuer }) =>
  Promise.all(Array.from({ length: OUTAGE_REQUESTS }, () => issuer.sign(ALGORITHM)));

/** How often each status was answered, as `{ 200: 98, 503: 2 }`. */
async function statusesOf({ server }, tokens, atOnce) {
  const counts = {};
  for (let sent = 0; sent < tokens.length; sent += atOnce) {
    const batch = tokens.slice(sent, sent + atOnce);
    for (const status of await Promise.all(batch.map((token) => statusOf(server.port, token)))) {
      counts[status] = (counts[status] ?? 0) + 1;
    }
  }
  return counts;
}
