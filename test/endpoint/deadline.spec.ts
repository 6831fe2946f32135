import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withDeadline } from '../../lib/endpoint/deadline.js';

const NEVER = new AbortController().signal;

/** Ends when its signal does, with its reason. */
const hanging = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    if (signal.aborted) reject(signal.reason as Error);
  });

describe('withDeadline', () => {
  it('gives what is done in time', async () => {
    expect(await withDeadline(1000, NEVER, () => Promise.resolve(7))).toBe(7);
  });

  it('ends what is not, though garbage is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const timer = setInterval(collect, 10);
    const hung = withDeadline(200, new AbortController().signal, hanging);
    await expect(hung).rejects.toMatchObject({ name: 'TimeoutError' });
    clearInterval(timer);
  });

  it('ends what something else ends, before or while it is done', async () => {
    const ending = new AbortController();
    const hung = withDeadline(10_000, ending.signal, hanging);
    ending.abort();
    await expect(hung).rejects.toMatchObject({ name: 'AbortError' });
    const late = withDeadline(10_000, ending.signal, hanging);
    await expect(late).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('waits for nobody who does not heed the signal, and lets whoever does say so', async () => {
    const deaf = withDeadline(50, NEVER, () => new Promise(() => undefined));
    await expect(deaf).rejects.toMatchObject({ name: 'TimeoutError' });
    const ended = withDeadline(10_000, AbortSignal.abort(), () => new Promise(() => undefined));
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    const told = withDeadline(50, NEVER, (signal) =>
      hanging(signal).catch(() => Promise.reject(new Error('it was late'))),
    );
    await expect(told).rejects.toThrow('it was late');
  });
});
