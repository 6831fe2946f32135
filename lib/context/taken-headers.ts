import { hiddenNotes } from '../core/hidden-notes.js';

/** Headers that were taken off a request, as they came. */
export class TakenHeaders {
  /** By name, `_` read as `-`, with the name as it was spelt. */
  readonly #received = new Map<string, { readonly name: string; readonly value: string }[]>();

  /** @param name As it came. */
  add(name: string, value: string): void {
    const lower = name.toLowerCase();
    const spelt = lower.replaceAll('_', '-');
    const received = this.#received.get(spelt) ?? [];
    this.#received.set(spelt, [...received, { name: lower, value }]);
  }

  /**
   * The value of a header that came once, in no other spelling.
   *
   * @param name In lower case.
   */
  only(name: string): string | undefined {
    const [first, ...others] = this.#received.get(name.replaceAll('_', '-')) ?? [];
    return first?.name === name && others.length === 0 ? first.value : undefined;
  }
}

// Hidden, and no property: handlers do not see them, whoever sent them.
const taken = hiddenNotes<TakenHeaders>();

export function rememberTaken(request: object, headers: TakenHeaders): void {
  taken.set(request, headers);
}

/** `undefined` where none were taken, or nobody is trusted. */
export function takenFrom(request: object): TakenHeaders | undefined {
  return taken.get(request);
}
