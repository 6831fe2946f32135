import { Logger } from '@nestjs/common';
import type { AuthError } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { nameOfThrown } from './name-of-thrown.js';

/**
 * What goes on after the guards let it in, and for no longer than its credential holds: a socket, an event
 * stream, a subscription.
 */
export interface LastingCall {
  /** As exchanges have it: `http`, `graphql`, `ws`. */
  readonly transport: string;
  /** What let it in, as `Class.method`. */
  readonly handler: string;
  /** What was called, as the application declares it; `undefined` where it has no route. */
  readonly route: string | undefined;
  /** What the request is called that began it; `undefined` where nobody listens, or with `context: false`. */
  readonly requestId: string | undefined;
  /** By whose credential it goes on; `undefined` as long as none was looked at. It may be another later on. */
  readonly principal: Principal | undefined;
  /** Whether the client has left, where nobody else tells so. Default: `false`. */
  readonly hasLeft?: boolean;
  /** Ends it, and says why where that can be said. {@link LastingCalls.end} calls it, once. */
  close(failure: AuthError): void;
}

/** Told of each that is ended here: not of those that end by themselves, or because a client leaves. */
export type OnEnded = (call: LastingCall, failure: AuthError, milliseconds: number) => void;

interface Entry {
  /** When it began, by the clock of `performance`. */
  readonly since: number;
  readonly deref: () => LastingCall | undefined;
}

const logger = new Logger('LastingCalls');

/** The lasting calls of an application, whatever they came by: all that ends before they do, is ended here. */
export class LastingCalls implements Iterable<LastingCall> {
  readonly #onEnded: OnEnded;
  readonly #entries = new Set<Entry>();
  readonly #watchers = new Set<(call: LastingCall) => void>();
  readonly #entryOf = new WeakMap<LastingCall, Entry>();
  readonly #collected = new FinalizationRegistry<Entry>((entry) => {
    this.#entries.delete(entry);
  });

  constructor(onEnded: OnEnded) {
    this.#onEnded = onEnded;
  }

  /** Those that go on, or are about to, in the order in which they began. */
  *[Symbol.iterator](): Generator<LastingCall, void> {
    for (const each of [...this.#entries]) {
      const call = this.#entries.has(each) ? each.deref() : undefined;
      if (call) yield call;
    }
  }

  /** It has begun. Whoever adds it deletes it when it is over, however that came. */
  add(call: LastingCall): void {
    this.#put(call, () => call);
    this.established(call);
  }

  /**
   * It has begun, and nobody may tell when it is over: it is forgotten, too, when nobody else holds it.
   * What it ends has to hold it.
   */
  addUnheld(call: LastingCall): void {
    const reference = new WeakRef(call);
    const entry = this.#put(call, () => reference.deref());
    this.#collected.register(call, entry);
  }

  /** To be told when it goes on by another credential than before, or by one at last. */
  established(call: LastingCall): void {
    if (call.principal) for (const watch of this.#watchers) watch(call);
  }

  /**
   * @param established Called whenever it is known by which credential one goes on.
   * @returns Ends that.
   */
  watch(established: (call: LastingCall) => void): () => void {
    this.#watchers.add(established);
    return () => {
      this.#watchers.delete(established);
    };
  }

  /** @returns Whether it was there. */
  delete(call: LastingCall): boolean {
    const entry = this.#entryOf.get(call);
    return entry !== undefined && this.#entries.delete(entry);
  }

  /**
   * Ends it, and tells so; nothing, where it is over. What it throws is logged: others are to be ended as well.
   *
   * @returns Whether it was not.
   */
  end(call: LastingCall, failure: AuthError): boolean {
    const since = this.#entryOf.get(call)?.since ?? 0;
    if (!this.delete(call) || call.hasLeft === true) return false;
    try {
      call.close(failure);
    } catch (thrown) {
      logger.error(`${call.handler} could not be ended in order: it threw ${nameOfThrown(thrown)}`);
    }
    this.#onEnded(call, failure, performance.now() - since);
    return true;
  }

  #put(call: LastingCall, deref: Entry['deref']): Entry {
    const entry = { since: performance.now(), deref };
    this.delete(call);
    this.#entries.add(entry);
    this.#entryOf.set(call, entry);
    return entry;
  }
}
