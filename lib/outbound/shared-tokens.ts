import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import { inTime } from '../core/in-time.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { KeyValueStore } from '../stores/key-value-store.js';
import { StoreUnavailable } from '../stores/store-unavailable.js';
import { usableMs, type GrantedToken } from './granted-token.js';
import type { TokenEndpointSettings } from './token-endpoint.js';
import type { StatedPurpose } from './token-purpose.js';
import { TokenSeal, type SharedToken } from './token-seal.js';

/** Where tokens are shared, and who is told where that fails. */
export interface SharedTokensParts {
  readonly store: KeyValueStore;
  /** Where tokens are asked for, and by whom: only who asks there as the same client shares. */
  readonly endpoint: TokenEndpointSettings;
  readonly clock: Clock;
  /** Told when it begins to fail, and not each time. */
  readonly onStoreFailed: (operation: StoreOperation, cause: unknown) => void;
}

/** What is done with a store. */
export type StoreOperation = 'read' | 'write';

/** A token that somebody needs. */
export interface TokenNeed {
  readonly purpose: StatedPurpose;
  /** The one that was held so far, which is to be replaced: it will not do. */
  readonly previous: GrantedToken | undefined;
  /** Asks the token endpoint. */
  readonly ask: () => Promise<GrantedToken>;
}

interface Place {
  readonly name: string;
  readonly previous: GrantedToken | undefined;
}

/** So long a store may take, in milliseconds: without it, a token can be had all the same. */
const STORE_MS = 500;

/** Who waits for another instance looks so often, in milliseconds, or up to twice as seldom: not in step with others. */
const POLL_MS = 50;

/** For so much longer than an answer may take, others wait for whoever asks, in milliseconds. */
const LOCK_MARGIN_MS = 1000;

/**
 * Tokens that the instances of an application share through a store: one of them asks the token
 * endpoint, and the others take what it got. Where the store fails, each asks by itself.
 */
export class SharedTokens {
  readonly #parts: SharedTokensParts;
  readonly #seal: TokenSeal;
  readonly #failing = new Set<StoreOperation>();
  /** When those were asked for that we have had, in milliseconds since the epoch. */
  readonly #obtainedAt = new WeakMap<GrantedToken, number>();
  readonly #ending = new AbortController();

  constructor(parts: SharedTokensParts) {
    setMaxListeners(0, this.#ending.signal);
    this.#parts = parts;
    this.#seal = new TokenSeal(parts.endpoint.client);
  }

  /** @throws Whatever asking throws. The store never prevents a token. */
  async obtain({ purpose, previous, ask }: TokenNeed): Promise<GrantedToken> {
    const name = this.#nameOf(purpose);
    const turn = await this.#turn({ name, previous }).catch(() => 'without the store' as const);
    switch (turn) {
      case 'ours':
        return this.#asked(name, ask);
      case 'overdue':
        return this.#kept(name, ask);
      case 'without the store':
        return ask();
      default:
        return turn;
    }
  }

  /** Nobody is waited for any more. */
  close(): void {
    this.#ending.abort();
  }

  #nameOf({ scope, audience, resource }: StatedPurpose): string {
    const { issuer, endpoint, client } = this.#parts.endpoint;
    const facts = [issuer, endpoint?.href, client.id, scope, audience, resource];
    return `service-token:${this.#seal.nameOf(facts)}`;
  }

  /** What another instance got, or whose turn it is to ask: ours, or that of one who takes too long. */
  async #turn(place: Place): Promise<GrantedToken | 'ours' | 'overdue'> {
    const { signal } = this.#ending;
    const until = performance.now() + this.#parts.endpoint.timeoutMs;
    while (performance.now() < until) {
      const found = await this.#find(place);
      if (found) return found;
      if (await this.#lock(place)) return this.#found(place);
      await pause(POLL_MS * (1 + Math.random()), undefined, { signal });
    }
    return (await this.#find(place)) ?? 'overdue';
  }

  /** Between a look and the lock, whoever had the lock may have been done. */
  async #found(place: Place): Promise<GrantedToken | 'ours'> {
    const found = await this.#find(place);
    if (!found) return 'ours';
    await this.#unlock(place.name);
    return found;
  }

  async #find({ name, previous }: Place): Promise<GrantedToken | undefined> {
    const sealed = await this.#try('read', (store) => store.get(name));
    const shared = sealed === undefined ? undefined : await this.#seal.open(name, sealed);
    if (!shared || !this.#isSuccessor(shared, previous)) return;
    const { token, scopes, obtainedAt, expiresAt } = shared;
    const life = expiresAt - obtainedAt;
    const now = this.#parts.clock();
    const lifetimeSeconds = Math.floor(Math.min(life, expiresAt - now) / 1000);
    if (!(now < obtainedAt + usableMs(life) && lifetimeSeconds > 0)) return;
    const ageSeconds = Math.max(0, now - obtainedAt) / 1000;
    const found = Object.freeze({ token, scopes, lifetimeSeconds, ageSeconds });
    this.#obtainedAt.set(found, obtainedAt);
    return found;
  }

  /** An older one was put back by whoever writes to the store: it may be one that was refused. */
  #isSuccessor(shared: SharedToken, previous: GrantedToken | undefined): boolean {
    if (!previous) return true;
    const since = this.#obtainedAt.get(previous) ?? -Infinity;
    return shared.obtainedAt > since && shared.token.reveal() !== previous.token.reveal();
  }

  async #asked(name: string, ask: TokenNeed['ask']): Promise<GrantedToken> {
    try {
      return await this.#kept(name, ask);
    } finally {
      await this.#unlock(name);
    }
  }

  async #kept(name: string, ask: TokenNeed['ask']): Promise<GrantedToken> {
    const { clock } = this.#parts;
    const obtainedAt = clock();
    const granted = await ask();
    this.#obtainedAt.set(granted, obtainedAt);
    const { token, scopes, lifetimeSeconds } = granted;
    const expiresAt = obtainedAt + lifetimeSeconds * 1000;
    const ttlSeconds = (expiresAt - clock()) / 1000;
    if (ttlSeconds <= 0) return granted;
    await this.#try('write', async (store) => {
      const sealed = await this.#seal.close(name, { token, scopes, obtainedAt, expiresAt });
      await store.set(name, sealed, ttlSeconds);
    }).catch(ignore);
    return granted;
  }

  #lock({ name }: Place): Promise<boolean> {
    const ttlSeconds = (this.#parts.endpoint.timeoutMs + LOCK_MARGIN_MS) / 1000;
    return this.#try('write', (store) => store.setIfAbsent(lockOf(name), '1', ttlSeconds));
  }

  /** It may have run out, and be another's by now: then one more asks. */
  async #unlock(name: string): Promise<void> {
    await this.#try('write', (store) => store.delete(lockOf(name))).catch(ignore);
  }

  async #try<T>(
    operation: StoreOperation,
    work: (store: KeyValueStore) => MaybePromise<T>,
  ): Promise<T> {
    const { store, onStoreFailed } = this.#parts;
    const done = async (): Promise<T> => work(store);
    try {
      const result = await inTime(done(), STORE_MS, () => new StoreUnavailable('timeout'));
      this.#failing.delete(operation);
      return result;
    } catch (failure) {
      if (!this.#failing.has(operation)) onStoreFailed(operation, failure);
      this.#failing.add(operation);
      throw failure;
    }
  }
}

function lockOf(name: string): string {
  return `${name}:lock`;
}

/** It has been told. */
function ignore(): void {
  // Without the store, each asks by itself.
}
