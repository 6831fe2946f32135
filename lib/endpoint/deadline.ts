/**
 * Gives work a time to be done in, and a signal that ends it when the time is over or something else
 * ends it.
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
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
  }
}
