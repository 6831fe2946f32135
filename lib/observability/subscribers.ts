/** Whoever wants to know. One that fails changes nothing of what it is told of. */
export class Subscribers<Event> {
  readonly #listeners = new Set<(event: Event) => unknown>();

  /** @returns Ends the subscription. */
  add(listener: (event: Event) => unknown): () => void {
    // A function of its own each time, so that one subscription does not end another.
    const subscribed = (event: Event): unknown => listener(event);
    this.#listeners.add(subscribed);
    return () => {
      this.#listeners.delete(subscribed);
    };
  }

  tell(event: Event): void {
    for (const listener of this.#listeners) void attempt(listener, event);
  }
}

async function attempt<Event>(listener: (event: Event) => unknown, event: Event): Promise<void> {
  try {
    await listener(event);
  } catch {
    // What happened has happened.
  }
}
