import { fork } from 'node:child_process';
import { once } from 'node:events';
import { medianOf } from './median.mjs';

const MAIN = new URL('../null-socket/main.mjs', import.meta.url);

/**
 * What a guard costs by itself: the time of the processor that a request with a token known already
 * takes, less what an unguarded one takes, both without a network.
 *
 * @returns Microseconds, `{ unguarded, guarded, difference }`, each `{ median, min, max }`; the
 *   difference is the median of differences, not the difference of medians.
 */
export async function measureGuardCost(contender, adapter, { issuer, rounds }) {
  const of = {
    contender: contender.name,
    adapter,
    issuer: issuer.description,
    token: await issuer.sign('RS256'),
    rounds,
  };
  const child = fork(MAIN, [JSON.stringify(of)]);
  try {
    const ended = once(child, 'exit').then(() => {
      throw new Error(`The measurement of ${contender.name} without a network failed`);
    });
    const [measured] = await Promise.race([once(child, 'message'), ended]);
    return {
      unguarded: medianOf(measured.map(({ unguarded }) => unguarded)),
      guarded: medianOf(measured.map(({ guarded }) => guarded)),
      difference: medianOf(measured.map(({ guarded, unguarded }) => guarded - unguarded)),
    };
  } finally {
    child.kill('SIGKILL');
  }
}
