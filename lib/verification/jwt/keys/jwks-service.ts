import { setTimeout as sleep } from 'node:timers/promises';
import { AuthConfigurationError } from '../../../core/auth-configuration-error.js';
import type { MaybePromise } from '../../../core/maybe-promise.js';
import type { JwtHeader } from '../header-checks.js';
import type { JwtIssuer } from '../jwt-issuer.js';
import type { KeySet, KeySetState, VerificationKey } from './key-set.js';
import { RemoteKeySet, type KeySetSurroundings } from './remote-key-set.js';
import { SecretKeySet } from './secret-key-set.js';
import { StaticKeySet } from './static-key-set.js';

/** How long `hydrate: 'required'` waits for the issuers, and how often it looks, in milliseconds. */
const HYDRATION = { patience: 10_000, interval: 250 };

/** The keys of every configured issuer, each issuer's apart from the others'. */
export class JwksService {
  readonly #keySets: ReadonlyMap<string, KeySet>;
  readonly #ending = new AbortController();
  readonly #hydrate: KeySetSurroundings['settings']['hydrate'];

  constructor(issuers: readonly JwtIssuer[], surroundings: KeySetSurroundings) {
    this.#keySets = new Map(issuers.map((each) => [each.issuer, keySetOf(each, surroundings)]));
    this.#hydrate = surroundings.settings.hydrate;
  }

  /**
   * Looks up the keys of an issuer that may have made a signature.
   *
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
    return this.#keySets.get(issuer)?.candidates(header, isPlausible) ?? [];
  }

  /** Whether an issuer still publishes the key that verified something earlier (RFC 7638 thumbprint). */
  vouchesFor(issuer: string, thumbprint: string): boolean {
    return this.#keySets.get(issuer)?.vouchesFor(thumbprint) ?? false;
  }

  /** Grows when keys of any issuer come or go. */
  get generation(): number {
    let sum = 0;
    for (const { generation } of this.#keySets.values()) sum += generation;
    return sum;
  }

  /**
   * Fetches the keys of one issuer, or of all, at once: what was withdrawn is then refused.
   *
   * @param issuer As configured. Default: every issuer.
   * @throws {Error} When the issuer does not answer: its message says why, and the keys known so far
   *   stay in use.
   * @throws {RangeError} When no such issuer is configured.
   */
  async refresh(issuer?: string): Promise<void> {
    await Promise.all(this.#chosen(issuer).map(([, keySet]) => keySet.refresh()));
  }

  /**
   * How the keys are, for health checks: answered at once. Where keys are due to be fetched, this is
   * an occasion, as a request is.
   *
   * @param issuer As configured. Default: every issuer.
   * @throws {RangeError} When no such issuer is configured.
   */
  state(issuer?: string): readonly KeySetState[] {
    return this.#chosen(issuer).map(([name, keySet]) => ({ issuer: name, ...keySet.state() }));
  }

  /**
   * Fetches the keys at boot, as option `keySets.hydrate` says.
   *
   * @throws {AuthConfigurationError} With `required`, when an issuer's keys cannot be had within 10 s, and no snapshot has them.
   */
  async hydrate(): Promise<void> {
    const keySets = [...this.#keySets];
    switch (this.#hydrate) {
      case 'lazy':
        return;
      case 'background':
        // What fails is told by the events, and tried again.
        for (const [, keySet] of keySets) keySet.hydrate().catch(() => undefined);
        return;
      case 'required':
        await Promise.all(
          keySets.map(([issuer, keySet]) => insist(issuer, keySet, this.#ending.signal)),
        );
    }
  }

  /** Ends whatever is under way, and begins nothing more; what is known stays known. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#keySets.values()].map((keySet) => keySet.close()));
  }

  #chosen(issuer: string | undefined): readonly [string, KeySet][] {
    if (issuer !== undefined && !this.#keySets.has(issuer)) {
      throw new RangeError('No such issuer is configured');
    }
    return [...this.#keySets].filter(([name]) => issuer === undefined || name === issuer);
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
