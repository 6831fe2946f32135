/** So long work that is ended may take to say so itself, in milliseconds; then nobody waits for it. */
const GRACE_MS = 50;

/**
 * Gives work a time to be done in, and a signal that ends it when the time is over or something else
 * ends it. Nobody waits for work that does not heed the signal, and what becomes of it later is lost.
 *
 * Of `AbortSignal.any` and `AbortSignal.timeout` nobody keeps hold: on Node 20 the garbage collector
 * takes them, and the work is never ended.
 */
export async function withDeadline<T>(
  milliseconds: number,
  ending: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const end = (): void => {
    controller.abort(ending.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(new DOMException('Too late', 'TimeoutError'));
  }, milliseconds);
  timer.unref();
  ending.addEventListener('abort', end);
  if (ending.aborted) end();
  let giveUp = (): void => undefined;
  try {
    // Nothing is left of it when the work is done: signals live on for a while.
    return await new Promise<T>((resolve, reject) => {
      giveUp = () => {
        setTimeout(reject, GRACE_MS, signal.reason).unref();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      work(signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
    signal.removeEventListener('abort', giveUp);
  }
}
