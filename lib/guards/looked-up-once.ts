import { isPending, type MaybePromise } from '../core/maybe-promise.js';
import type { Requirement } from '../policy/requirement.js';

/** Spares several who ask at the same time about one request that each of them looks it up. */
export class LookedUpOnce<T> {
  readonly #underWay = new WeakMap<object, Map<string, Promise<T>>>();

  /**
   * @param request What they have in common.
   * @param accepts What may come with it: who accepts something else asks something else.
   */
  of(
    request: object,
    accepts: Requirement | undefined,
    look: () => MaybePromise<T>,
  ): MaybePromise<T> {
    const all = this.#underWay.get(request) ?? new Map<string, Promise<T>>();
    const question = accepts ? `${accepts.mode} ${accepts.names.join(' ')}` : '';
    const known = all.get(question);
    if (known) return known;
    const found = look();
    if (!isPending(found)) return found;
    const promised = found.finally(() => all.delete(question));
    all.set(question, promised);
    this.#underWay.set(request, all);
    return promised;
  }
}
