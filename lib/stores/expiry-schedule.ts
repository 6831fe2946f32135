/** How long a slot of the schedule is, in milliseconds. */
const SLOT_MS = 1000;

/**
 * Which keys are due when, in slots of a second, so that those which are due are found without
 * looking at the others.
 */
export class ExpirySchedule {
  readonly #slots = new Map<number, Set<string>>();
  /** The slots before this one are empty. */
  #next = Infinity;

  /** @param at In milliseconds since the epoch, as in every method. */
  add(key: string, at: number): void {
    const slot = slotOf(at);
    const keys = this.#slots.get(slot);
    if (keys) keys.add(key);
    else this.#slots.set(slot, new Set([key]));
    this.#next = Math.min(this.#next, slot);
  }

  remove(key: string, at: number): void {
    const slot = slotOf(at);
    const keys = this.#slots.get(slot);
    keys?.delete(key);
    if (keys?.size === 0) this.#slots.delete(slot);
  }

  /** Takes out the keys of every slot that is over. */
  takeDue(now: number): readonly string[] {
    const current = slotOf(now);
    if (!(this.#next < current)) return [];
    const due = this.#over(current).flatMap((slot) => this.#take(slot));
    this.#next = current;
    return due;
  }

  /** Counts through the slots, or looks through those there are, whichever are fewer: the clock may jump by years. */
  #over(current: number): readonly number[] {
    const passed = current - this.#next;
    return passed < this.#slots.size
      ? Array.from({ length: passed }, (_, index) => this.#next + index)
      : [...this.#slots.keys()].filter((slot) => slot < current);
  }

  #take(slot: number): readonly string[] {
    const keys = this.#slots.get(slot) ?? [];
    this.#slots.delete(slot);
    return [...keys];
  }
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS);
}
