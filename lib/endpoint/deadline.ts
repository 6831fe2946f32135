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
  try {
    return await Promise.race([work(signal), overdue(signal)]);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
  }
}

/** Rejected a little later than the signal is aborted. */
function overdue(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const wait = (): void => {
      setTimeout(() => {
        reject(signal.reason as Error);
      }, GRACE_MS).unref();
    };
    signal.addEventListener('abort', wait, { once: true });
    if (signal.aborted) wait();
  });
}
