// A process with one client of a token endpoint, which calls it as the bench says and tells what became
// of the callers.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeClocksAdjustable } from '../server/adjustable-clock.mjs';

const { client, endpoint } = JSON.parse(process.argv[2]);

// Whatever becomes of the bench, nothing of it is left running.
process.on('disconnect', () => process.exit());

const setAhead = makeClocksAdjustable();

const { createTokenClient } = await import('./index.mjs');
const token = await createTokenClient(client, endpoint);

/** @returns How long the caller waited, in milliseconds, and whether it got a token. */
async function call() {
  const began = performance.now();
  const isServed = await Promise.resolve()
    .then(token)
    .then(
      (value) => typeof value === 'string',
      () => false,
    );
  return { isServed, milliseconds: performance.now() - began };
}

/** So many callers at once. */
async function burst(callers) {
  return sumUp(await Promise.all(Array.from({ length: callers }, call)), callers);
}

/** One caller after the other, whether or not those before have a token; in the end, some patience. */
async function stream({ milliseconds, everyMs, patienceMs }) {
  const done = [];
  const pending = [];
  const began = performance.now();
  while (performance.now() - began < milliseconds) {
    pending.push(call().then((outcome) => done.push(outcome)));
    await sleep(everyMs);
  }
  await Promise.race([Promise.all(pending), sleep(patienceMs)]);
  return sumUp(done, pending.length);
}

function sumUp(outcomes, callers) {
  const failed = outcomes.filter(({ isServed }) => !isServed).length;
  const longestMs = Math.max(0, ...outcomes.map(({ milliseconds }) => milliseconds));
  return { callers, failed, waiting: callers - outcomes.length, longestMs };
}

/** How long it takes until somebody has a token, in milliseconds. */
async function untilServed({ everyMs, patienceMs }) {
  const began = performance.now();
  while (performance.now() - began < patienceMs) {
    const { isServed } = await Promise.race([call(), sleep(1000, { isServed: false })]);
    if (isServed) return performance.now() - began;
    await sleep(everyMs);
  }
  return null;
}

const ANSWERS = {
  setAhead: (seconds) => setAhead(seconds * 1000),
  burst,
  stream,
  untilServed,
};

process.on('message', async ({ question, argument }) => {
  process.send({ answer: (await ANSWERS[question](argument)) ?? null });
});
process.send({ ready: true });
