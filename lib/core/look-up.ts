import { AuthError, AuthUnavailable } from './auth-error.js';
import { inTime } from './in-time.js';
import { isPending, type MaybePromise } from './maybe-promise.js';

/** How something is looked up that the application, or a store, knows. */
export interface LookUpSettings {
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** What it is called when it fails. */
  readonly reason: 'lookup_failed' | 'store_unavailable';
  /** What is asked, for the log: an option, by its path. */
  readonly asked: string;
}

/**
 * Asks what an application or a store knows, within a time.
 *
 * @throws {AuthUnavailable} When it throws, or takes too long: nobody can tell then. An
 *   {@link AuthError} is passed on as it is.
 */
export function lookUp<T>(
  ask: () => MaybePromise<T>,
  { timeoutMs, reason, asked }: LookUpSettings,
): MaybePromise<T> {
  const fail = (cause: unknown): never => {
    if (cause instanceof AuthError) throw cause;
    throw new AuthUnavailable(reason, { cause, detail: asked, retryAfterSeconds: 1 });
  };
  try {
    const answer = ask();
    if (!isPending(answer)) return answer;
    const late = (): Error =>
      new AuthUnavailable(reason, { retryAfterSeconds: 1, detail: `${asked} was late` });
    return inTime(Promise.resolve(answer), timeoutMs, late).catch(fail);
  } catch (failure) {
    return fail(failure);
  }
}
