import { setTimeout as sleep } from 'node:timers/promises';
import { AuthConfigurationError } from '../../../core/auth-configuration-error.js';
import type { MaybePromise } from '../../../core/maybe-promise.js';
import type { Fetch } from '../../../endpoint/fetch.js';
import type { JwtHeader } from '../header-checks.js';
import type { JwtIssuer } from '../jwt-issuer.js';
import type { KeySet, KeySetState, VerificationKey } from './key-set.js';
import { RemoteKeySet, type KeySetSurroundings } from './remote-key-set.js';
import { SecretKeySet } from './secret-key-set.js';
import { StaticKeySet } from './static-key-set.js';

/** How long `hydrate: 'required'` waits for the issuers, and how often it looks, in milliseconds. */
const HYDRATION = { patience: 10_000, interval: 250 };

/** An issuer that is in use, and its keys. */
interface Held {
  readonly issuer: JwtIssuer;
  readonly keySet: KeySet;
  readonly isDynamic: boolean;
}

/** The keys of every issuer that is in use, each issuer's apart from the others'. */
export class JwksService {
  readonly #held: Map<string, Held>;
  readonly #ending = new AbortController();
  readonly #surroundings: KeySetSurroundings;
  #generation = 0;

  constructor(issuers: readonly JwtIssuer[], surroundings: KeySetSurroundings) {
    this.#surroundings = { ...surroundings, emit: this.#counting(surroundings.emit) };
    this.#held = new Map(
      issuers.map((issuer) => {
        const keySet = keySetOf(issuer, this.#surroundings);
        return [issuer.issuer, { issuer, keySet, isDynamic: false }];
      }),
    );
  }

  /**
   * Takes one more issuer in, in the place of any other of its name.
   *
   * @param fetch How its keys are fetched.
   * @internal
   */
  admit(issuer: JwtIssuer, fetch: Fetch): void {
    this.#dismiss(issuer.issuer);
    const keySet = keySetOf(issuer, { ...this.#surroundings, fetch });
    if (this.#ending.signal.aborted) void keySet.close();
    this.#held.set(issuer.issuer, { issuer, keySet, isDynamic: true });
    this.#generation += 1;
  }

  /**
   * Lets go of an issuer: what its keys verified is not vouched for any more.
   *
   * @internal
   */
  dismiss(issuer: JwtIssuer): void {
    if (this.keySetOf(issuer)) this.#dismiss(issuer.issuer);
  }

  /**
   * The keys that belong to this very configuration; none when another took its place, or none did.
   *
   * @internal
   */
  keySetOf(issuer: JwtIssuer): KeySet | undefined {
    const held = this.#held.get(issuer.issuer);
    return held?.issuer === issuer ? held.keySet : undefined;
  }

  /**
   * Looks up the keys of an issuer that may have made a signature.
   *
   * @param issuer By its name.
   * @param header `alg` and `kid` of the protected header.
   * @param isPlausible Asked before the issuer is bothered because of a key that nobody knows: what is
   *   not meant for us anyway is not worth it. Default: it is.
   * @throws {InvalidCredential} When the header does not say which key it means.
   * @throws {AuthUnavailable} When the issuer's keys cannot be had.
   */
  find(
    issuer: string,
    header: JwtHeader,
    isPlausible: () => boolean = () => true,
  ): MaybePromise<readonly VerificationKey[]> {
    return this.#held.get(issuer)?.keySet.candidates(header, isPlausible) ?? [];
  }

  /** Grows when keys of any issuer, or issuers, come or go. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Fetches the keys of one issuer, or of all, at once: what was withdrawn is then refused.
   *
   * @param issuer As configured. Default: every issuer.
   * @throws {Error} When the issuer does not answer: its message says why, and the keys known so far
   *   stay in use.
   * @throws {RangeError} When no such issuer is configured, or known at present.
   */
  async refresh(issuer?: string): Promise<void> {
    await Promise.all(this.#chosen(issuer).map(({ keySet }) => keySet.refresh()));
  }

  /**
   * How the keys are, for health checks: answered at once. Where keys are due to be fetched, this is
   * an occasion, as a request is.
   *
   * @param issuer As configured. Default: every issuer.
   * @throws {RangeError} When no such issuer is configured, or known at present.
   */
  state(issuer?: string): readonly KeySetState[] {
    return this.#chosen(issuer).map(({ issuer: { issuer: name }, keySet, isDynamic }) => ({
      issuer: name,
      isDynamic,
      ...keySet.state(),
    }));
  }

  /**
   * Fetches the keys at boot, as option `keySets.hydrate` says.
   *
   * @throws {AuthConfigurationError} With `required`, when an issuer's keys cannot be had within 10 s, and no snapshot has them.
   */
  async hydrate(): Promise<void> {
    const held = [...this.#held.values()];
    switch (this.#surroundings.settings.hydrate) {
      case 'lazy':
        return;
      case 'background':
        // What fails is told by the events, and tried again.
        for (const { keySet } of held) keySet.hydrate().catch(() => undefined);
        return;
      case 'required':
        await Promise.all(
          held.map(({ issuer, keySet }) => insist(issuer.issuer, keySet, this.#ending.signal)),
        );
    }
  }

  /** Ends whatever is under way, and begins nothing more; what is known stays known. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#held.values()].map(({ keySet }) => keySet.close()));
  }

  #chosen(name: string | undefined): readonly Held[] {
    if (name === undefined) return [...this.#held.values()];
    const held = this.#held.get(name);
    if (!held) throw new RangeError('No such issuer is configured');
    return [held];
  }

  /** So that looking whether anything changed takes as long for a thousand issuers as for one. */
  #counting(emit: KeySetSurroundings['emit']): KeySetSurroundings['emit'] {
    return (event) => {
      if (event.type === 'keys.refreshed') this.#generation += 1;
      emit(event);
    };
  }

  #dismiss(name: string): void {
    const held = this.#held.get(name);
    if (!held) return;
    this.#held.delete(name);
    this.#generation += 1;
    held.keySet.close().catch(() => undefined);
  }
}

function keySetOf(issuer: JwtIssuer, surroundings: KeySetSurroundings): KeySet {
  const { keys } = issuer;
  switch (keys.kind) {
    case 'secret':
      return new SecretKeySet(keys.secrets.reveal());
    case 'static':
      return new StaticKeySet(keys.jwks);
    case 'remote': {
      const { settings } = surroundings;
      const { freshMs = settings.lifetime.freshMs, ...place } = keys;
      const lifetime = { ...settings.lifetime, freshMs };
      return new RemoteKeySet({ issuer: issuer.issuer, ...place }, issuer.algorithms, {
        ...surroundings,
        settings: { ...settings, lifetime },
      });
    }
  }
}

/** An issuer that starts together with this application may take a while; one whose keys are known from a snapshot need not answer. */
async function insist(issuer: string, keySet: KeySet, ending: AbortSignal): Promise<void> {
  const deadline = performance.now() + HYDRATION.patience;
  for (;;) {
    try {
      await keySet.hydrate();
      return;
    } catch (failure) {
      if (keySet.state().status !== 'unavailable') return;
      const isLate = performance.now() + HYDRATION.interval > deadline;
      if (isLate || ending.aborted) throw notHydrated(issuer, failure);
      await sleep(HYDRATION.interval);
    }
  }
}

function notHydrated(issuer: string, failure: unknown): AuthConfigurationError {
  const why = failure instanceof Error ? failure.message : 'for an unknown reason';
  return new AuthConfigurationError(
    'keySets.hydrate',
    `is 'required', and the keys of ${issuer} cannot be had: ${why}`,
    "Start the issuer first, or correct its address; with 'background', the application starts without its keys.",
  );
}
