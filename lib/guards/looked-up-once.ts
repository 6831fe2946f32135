import { isPending, type MaybePromise } from '../core/maybe-promise.js';
import type { Requirement } from '../policy/requirement.js';

/** What is asked about a request. */
export interface Question {
  /** What those have in common who ask. */
  readonly request: object;
  /** What may come with it: who accepts something else asks something else. */
  readonly accepts: Requirement | undefined;
  /** Whether a failure is the answer for whoever asks later, too: not where the request outlives it. */
  readonly keepsFailure: boolean;
}

/** Spares several who ask about one request that each of them looks it up. */
export class LookedUpOnce<T> {
  readonly #known = new WeakMap<object, Map<string, Promise<T>>>();

  of({ request, accepts, keepsFailure }: Question, look: () => MaybePromise<T>): MaybePromise<T> {
    const all = this.#known.get(request) ?? new Map<string, Promise<T>>();
    const question = accepts ? `${accepts.mode} ${accepts.names.join(' ')}` : '';
    const known = all.get(question);
    if (known) return known;
    const found = look();
    if (!isPending(found)) return found;
    const forget = (): boolean => all.delete(question);
    all.set(question, found);
    this.#known.set(request, all);
    // What was found is remembered elsewhere.
    void found.then(forget, keepsFailure ? undefined : forget).catch(() => undefined);
    return found;
  }
}
