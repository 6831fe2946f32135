/**
 * Waits for something no longer than a signal lets it. What is waited for goes on: others may wait for it.
 *
 * @throws The reason of the signal.
 */
export async function unlessAborted<T>(
  pending: Promise<T>,
  signal: AbortSignal | null | undefined,
): Promise<T> {
  if (!signal) return pending;
  let end: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    end = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
  try {
    return await Promise.race([aborted, pending]);
  } finally {
    if (end) signal.removeEventListener('abort', end);
  }
}
