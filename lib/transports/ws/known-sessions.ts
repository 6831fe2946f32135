import type { SocketSession } from './socket-session.js';

/**
 * The sessions whose clients are there, those that are not let in yet included. A client holds its
 * session: of one that goes while it connects socket.io tells nobody, so that nothing else may hold it.
 */
export class KnownSessions {
  readonly #known = new Set<WeakRef<SocketSession>>();
  readonly #references = new WeakMap<SocketSession, WeakRef<SocketSession>>();
  readonly #collected = new FinalizationRegistry<WeakRef<SocketSession>>((reference) => {
    this.#known.delete(reference);
  });

  get all(): readonly SocketSession[] {
    return [...this.#known].flatMap((each) => each.deref() ?? []);
  }

  add(session: SocketSession): void {
    const reference = new WeakRef(session);
    this.#known.add(reference);
    this.#references.set(session, reference);
    this.#collected.register(session, reference);
  }

  delete(session: SocketSession): void {
    const reference = this.#references.get(session);
    if (reference) this.#known.delete(reference);
  }
}
