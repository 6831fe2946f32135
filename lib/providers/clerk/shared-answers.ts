import { hash } from 'node:crypto';
import { ShortMemory } from '../../stores/short-memory.js';

/** More than this is no longer asked about within a minute. */
const MAX_ENTRIES = 10_000;

/**
 * Asks once for all who want to know the same at the same time, and remembers what there is for a
 * while, under the SHA-256 of the question. What there is not, and failures, are never remembered.
 */
export class SharedAnswers<T extends object> {
  readonly #ask: (question: string) => Promise<T | undefined>;
  readonly #known: ShortMemory<T>;
  readonly #underWay = new Map<string, Promise<T | undefined>>();

  /** @param maxAgeMs For how long; with 0, nothing is remembered. */
  constructor(ask: (question: string) => Promise<T | undefined>, maxAgeMs: number) {
    this.#ask = ask;
    this.#known = new ShortMemory({ maxEntries: MAX_ENTRIES, maxAgeMs }, () => performance.now());
  }

  answer(question: string): Promise<T | undefined> {
    const key = keyOf(question);
    const known = this.#known.get(key);
    if (known) return Promise.resolve(known);
    const asked = this.#underWay.get(key) ?? this.#learn(key, question);
    this.#underWay.set(key, asked);
    return asked;
  }

  /** Asks anew from now on, whatever is being asked. */
  forget(question: string): void {
    const key = keyOf(question);
    this.#known.delete(key);
    this.#underWay.delete(key);
  }

  #learn(key: string, question: string): Promise<T | undefined> {
    const since = performance.now();
    const asked: Promise<T | undefined> = this.#ask(question)
      .then((found) => {
        if (found && this.#underWay.get(key) === asked) this.#known.set(key, found, since);
        return found;
      })
      .finally(() => {
        if (this.#underWay.get(key) === asked) this.#underWay.delete(key);
      });
    return asked;
  }
}

function keyOf(question: string): string {
  return hash('sha256', question, 'base64url');
}
