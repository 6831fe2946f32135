import { hiddenNotes } from '../core/hidden-notes.js';
import { isPending } from '../core/maybe-promise.js';
import type { Exchange } from '../transports/exchange.js';

/** What a guard answers with. */
type Verdict = boolean | Promise<boolean>;

/**
 * Holds refusals back where they would end what others do with the same request: Nest joins the handlers
 * of an event, and calls none any more when one has failed. A refusal is told when all guards that look at
 * the event have answered, and whom they let in has begun.
 */
export class RefusedLast {
  readonly #underWay = hiddenNotes<Set<Promise<unknown>>>();

  of({ shared, isJoined }: Exchange, look: () => Verdict): Verdict {
    if (isJoined !== true) return look();
    const all = this.#underWay.get(shared) ?? new Set();
    this.#underWay.set(shared, all);
    try {
      const verdict = look();
      return isPending(verdict) ? this.#awaited(verdict, all) : verdict;
    } catch (failure) {
      return toldLast(failure, all);
    }
  }

  async #awaited(verdict: Promise<boolean>, all: Set<Promise<unknown>>): Promise<boolean> {
    all.add(verdict);
    try {
      return await verdict;
    } catch (failure) {
      all.delete(verdict);
      return await toldLast(failure, all);
    } finally {
      all.delete(verdict);
    }
  }
}

/** Handlers begin within the turn in which their guards have answered. */
async function toldLast(failure: unknown, all: ReadonlySet<Promise<unknown>>): Promise<never> {
  do {
    await Promise.allSettled(all);
    await new Promise((resolve) => setImmediate(resolve));
  } while (all.size > 0);
  throw failure;
}
