import { AuthUnavailable, InvalidCredential } from '../../../core/auth-error.js';
import { steady, type Clock } from '../../../core/clock.js';
import { whenReady, type MaybePromise } from '../../../core/maybe-promise.js';
import type { Fetch } from '../../../endpoint/fetch.js';
import type { KeySetEvent } from '../../../observability/key-set-event.js';
import type { KeySetSnapshots } from '../../../stores/key-set-snapshots.js';
import type { JwtHeader } from '../header-checks.js';
import { EndpointHealth } from '../../../endpoint/endpoint-health.js';
import { changeOfKeys, newlyIgnored } from './key-set-changes.js';
import type { KeySetAddress } from './key-set-endpoint.js';
import type { KeySetLifetime, KeySetSnapshot } from './key-set-snapshot.js';
import { KeySetSource } from './key-set-source.js';
import type { KeySet, KeyState, VerificationKey } from './key-set.js';
import { SnapshotArchive } from './snapshot-archive.js';
import { UnknownKeys } from './unknown-keys.js';

/** After so many failures, or looks in vain, in a row, the issuer is asked anew where its keys are. */
const DOUBTFUL = { failures: 3, looks: 2 };

/** What the options say of fetched keys. */
export interface KeySetSettings {
  readonly lifetime: KeySetLifetime;
  /** When keys are fetched first, and renewed. */
  readonly hydrate: 'background' | 'required' | 'lazy';
  readonly refresh: 'traffic' | 'timer';
  readonly snapshots: KeySetSnapshots | undefined;
}

/** What a key set needs of the world around it. */
export interface KeySetSurroundings {
  readonly clock: Clock;
  readonly settings: KeySetSettings;
  readonly fetch: Fetch;
  /** Told of what happens to the keys. */
  readonly emit: (event: KeySetEvent) => void;
}

/**
 * The keys an issuer publishes, as immutable snapshots of which the newest is in use.
 *
 * A snapshot is renewed before it ceases to be fresh, on behalf of the requests that use it, and none
 * of them waits. While the issuer does not answer, the last one serves on until it is stale; a healthy
 * answer that lacks a key is never overruled by an older one that had it.
 */
export class RemoteKeySet implements KeySet {
  readonly #issuer: string;
  readonly #surroundings: KeySetSurroundings;
  readonly #now: Clock;
  readonly #source: KeySetSource;
  readonly #health: EndpointHealth;
  readonly #unknown: UnknownKeys;
  readonly #ending = new AbortController();
  #snapshot: KeySetSnapshot | undefined;
  #flight: Promise<KeySetSnapshot> | undefined;
  #looksInVain = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param algorithms Those that the issuer may sign with. */
  constructor(
    address: KeySetAddress,
    algorithms: ReadonlySet<string>,
    surroundings: KeySetSurroundings,
  ) {
    const { clock, settings, fetch } = surroundings;
    const { lifetime, snapshots } = settings;
    const now = steady(clock);
    const archive = snapshots && new SnapshotArchive(snapshots, address, clock);
    this.#issuer = address.issuer;
    this.#surroundings = surroundings;
    this.#now = now;
    this.#source = new KeySetSource({ address, algorithms, lifetime, archive, now, fetch });
    this.#health = new EndpointHealth(clock, now);
    this.#unknown = new UnknownKeys(now);
  }

  get generation(): number {
    return this.#snapshot?.generation ?? 0;
  }

  candidates(
    header: JwtHeader,
    isPlausible: () => boolean,
  ): MaybePromise<readonly VerificationKey[]> {
    return whenReady(this.#serving() ?? this.#renewed(), (snapshot) =>
      whenReady(unambiguous(snapshot, header), (keys) =>
        keys.length > 0 ? keys : this.#lookAgain(snapshot, header, isPlausible),
      ),
    );
  }

  vouchesFor(thumbprint: string): boolean {
    return this.#serving()?.published.thumbprints.has(thumbprint) ?? false;
  }

  /** @throws When the issuer does not answer, or failed a moment ago. */
  async hydrate(): Promise<void> {
    await this.#renew();
  }

  /** Asks at once, whatever failed before, and does not take what was asked for earlier for an answer. */
  async refresh(): Promise<void> {
    await this.#flight?.catch(() => undefined);
    await this.#fetch();
  }

  /** Who looks at the keys is as good an occasion to renew them as who uses them: a health check must not wait for traffic that waits for it. */
  state(): KeyState {
    if (this.#now() >= (this.#snapshot?.refreshAt ?? 0)) this.#renewUnwatched();
    const snapshot = this.#trusted();
    return {
      status: snapshot ? (this.#now() < snapshot.freshUntil ? 'fresh' : 'stale') : 'unavailable',
      keys: snapshot?.published.keys.length ?? 0,
      fetchedAt: this.#snapshot && this.#epoch(this.#snapshot.fetchedAt),
      failingSince: this.#health.failingSince,
      nextAttemptAt: this.#health.nextAttemptAt,
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ending.abort();
    await this.#flight?.catch(() => undefined);
  }

  /** What can be used without waiting. Whoever asks is the occasion to renew it, when that is due. */
  #serving(): KeySetSnapshot | undefined {
    const snapshot = this.#snapshot;
    const now = this.#now();
    if (!snapshot || now < snapshot.refreshAt) return snapshot;
    if (now >= snapshot.staleUntil) return;
    this.#renewUnwatched();
    return now < snapshot.freshUntil || this.#health.isKnownToFail ? snapshot : undefined;
  }

  #trusted(): KeySetSnapshot | undefined {
    const snapshot = this.#snapshot;
    return snapshot && this.#now() < snapshot.staleUntil ? snapshot : undefined;
  }

  async #renewed(): Promise<KeySetSnapshot> {
    try {
      return await this.#renew();
    } catch (cause) {
      const stale = this.#trusted();
      if (stale) return stale;
      const retryAfterSeconds = this.#health.pauseMs / 1000;
      throw new AuthUnavailable('issuer_unavailable', { cause, retryAfterSeconds });
    }
  }

  /** Nobody waits for it, and the events tell what fails. */
  #renewUnwatched(): void {
    if (!this.#flight && this.#health.pauseMs === 0) this.#renew().catch(() => undefined);
  }

  async #renew(): Promise<KeySetSnapshot> {
    if (!this.#flight && this.#health.pauseMs > 0) throw this.#health.lastFailure;
    return this.#fetch({ persistently: this.#snapshot !== undefined && this.#health.isWell });
  }

  /** A key that nobody knows may be a new one; or somebody made it up, and must not learn from a 503 that the issuer is down. */
  async #lookAgain(
    { published }: KeySetSnapshot,
    header: JwtHeader,
    isPlausible: () => boolean,
  ): Promise<readonly VerificationKey[]> {
    const { kid } = header;
    if (published.ignored.some((each) => each.kid !== undefined && each.kid === kid)) {
      throw new InvalidCredential('key_rejected');
    }
    if (!isPlausible() || this.#unknown.has(kid)) return [];
    // A look that somebody else is taking costs nothing, and proves nothing: it may have begun too early.
    const isOwn = this.#flight === undefined;
    if (isOwn && !this.#mayLookAgain()) return [];
    const renewed = await this.#fetch().catch(() => undefined);
    const found = renewed ? await unambiguous(renewed, header) : [];
    if (isOwn && renewed && found.length === 0) this.#lookedInVain(kid);
    return found;
  }

  #mayLookAgain(): boolean {
    return this.#health.pauseMs === 0 && this.#unknown.spend();
  }

  #lookedInVain(kid: string | undefined): void {
    this.#unknown.add(kid);
    this.#looksInVain += 1;
    if (this.#looksInVain < DOUBTFUL.looks) return;
    this.#looksInVain = 0;
    this.#source.doubtAddress();
  }

  /** Whoever comes while keys are being fetched gets the same ones; whoever leaves does not end it. */
  #fetch({ persistently = false } = {}): Promise<KeySetSnapshot> {
    this.#flight ??= this.#attempt(persistently).finally(() => {
      this.#flight = undefined;
      this.#schedule();
    });
    return this.#flight;
  }

  async #attempt(persistently: boolean): Promise<KeySetSnapshot> {
    if (!this.#snapshot) await this.#restore();
    try {
      const ending = this.#ending.signal;
      const snapshot = await this.#source.download(this.#snapshot, { ending, persistently });
      this.#adopt(snapshot);
      return snapshot;
    } catch (failure) {
      this.#failed(failure);
      throw failure;
    }
  }

  async #restore(): Promise<void> {
    try {
      this.#snapshot = await this.#source.restore();
    } catch (cause) {
      this.#snapshotFailed('read', cause);
    }
  }

  #adopt(snapshot: KeySetSnapshot): void {
    const { emit } = this.#surroundings;
    const previous = this.#snapshot;
    this.#snapshot = snapshot;
    if (!this.#health.isWell) emit({ type: 'keys.recovered', issuer: this.#issuer });
    this.#health.answered();
    this.#keep(snapshot);
    if (previous?.generation !== snapshot.generation) {
      this.#unknown.clear();
      this.#looksInVain = 0;
      emit(changeOfKeys(this.#issuer, previous?.published, snapshot.published));
    }
    newlyIgnored(this.#issuer, previous?.published, snapshot.published).forEach(emit);
  }

  /** Nobody waits for the archive. */
  #keep(snapshot: KeySetSnapshot): void {
    this.#source.keep(snapshot).catch((cause: unknown) => {
      this.#snapshotFailed('write', cause);
    });
  }

  #snapshotFailed(operation: 'read' | 'write', cause: unknown): void {
    const { emit } = this.#surroundings;
    emit({ type: 'keys.snapshot_failed', issuer: this.#issuer, operation, cause });
  }

  #failed(cause: unknown): void {
    const wasWell = this.#health.isWell;
    const trusted = this.#trusted();
    this.#health.failed(cause, trusted !== undefined);
    if (this.#health.failures >= DOUBTFUL.failures) this.#source.doubtAddress();
    if (!wasWell || this.#ending.signal.aborted) return;
    const trustedUntil = trusted && this.#epoch(trusted.staleUntil);
    this.#surroundings.emit({ type: 'keys.failing', issuer: this.#issuer, cause, trustedUntil });
  }

  /** With `refresh: 'timer'`, keys are renewed though nobody asks for them. It keeps no process alive. */
  #schedule(): void {
    const { settings } = this.#surroundings;
    if (settings.refresh !== 'timer' || this.#ending.signal.aborted) return;
    clearTimeout(this.#timer);
    const due = Math.max((this.#snapshot?.refreshAt ?? 0) - this.#now(), this.#health.pauseMs);
    this.#timer = setTimeout(
      () => {
        this.#renewUnwatched();
        // Too early by a hair, or by a clock that was set back.
        if (!this.#flight) this.#schedule();
      },
      Math.ceil(due) + 1,
    ).unref();
  }

  /** When something is, in milliseconds since the epoch. */
  #epoch(time: number): number {
    return this.#surroundings.clock() + time - this.#now();
  }
}

/** A published set has keys for several purposes: a token that names none is accepted only where one fits. */
function unambiguous(
  { published }: KeySetSnapshot,
  header: JwtHeader,
): MaybePromise<readonly VerificationKey[]> {
  return whenReady(published.set.candidates(header), (keys) => {
    if (header.kid === undefined && keys.length > 1) throw new InvalidCredential('ambiguous_key');
    return keys;
  });
}
