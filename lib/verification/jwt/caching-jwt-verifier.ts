import { InvalidCredential } from '../../core/auth-error.js';
import type { Clock } from '../../core/clock.js';
import type { Credential } from '../../core/credential.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { presentedAs } from '../presented-as.js';
import { assertLength } from '../token-length.js';
import type { JwtVerifier } from './jwt-verifier.js';
import type { JwksService } from './keys/jwks-service.js';
import { TokenCache, type TokenCacheSettings } from './token-cache.js';
import type { VerifiedJwt } from './verified-jwt.js';

/** What remembering takes. */
export interface CachingJwtVerifierParts {
  readonly verifier: JwtVerifier;
  readonly jwks: JwksService;
  readonly clock: Clock;
  readonly settings: TokenCacheSettings;
}

/**
 * Verifies a token when it is presented first, and answers at once when it is presented again: while
 * it is valid, and while its issuer is configured as it was, and publishes the key that verified it.
 */
export class CachingJwtVerifier implements CredentialVerifier {
  readonly #verifier: JwtVerifier;
  readonly #jwks: JwksService;
  readonly #clock: Clock;
  readonly #cache: TokenCache;
  readonly #underWay = new Map<string, Promise<VerifiedJwt>>();

  constructor({ verifier, jwks, clock, settings }: CachingJwtVerifierParts) {
    this.#verifier = verifier;
    this.#jwks = jwks;
    this.#clock = clock;
    this.#cache = new TokenCache(settings, clock);
  }

  claims(credential: Credential): boolean {
    return this.#verifier.claims(credential);
  }

  verify(credential: Credential): MaybePromise<VerifiedJwt> {
    assertLength(credential.value);
    const known = this.#recall(credential);
    return known ? presentedAs(credential, known) : this.#share(credential);
  }

  /**
   * What was found out before, if it still holds. Where it does not, the token is verified again, so
   * that the answer says why.
   *
   * @throws {InvalidCredential} When the signature was found bad a moment ago, by the same keys.
   */
  #recall(credential: Credential): VerifiedJwt | undefined {
    const accepted = this.#cache.accepted(credential);
    if (accepted && this.#holds(accepted)) return accepted;
    if (accepted) this.#cache.forget(credential);
    else this.#assertNotRefused(credential.value);
    return;
  }

  #assertNotRefused(token: string): void {
    const generation = this.#cache.refused(token);
    if (generation === undefined || generation !== this.#jwks.generation) return;
    throw new InvalidCredential('invalid_signature');
  }

  #holds(verified: VerifiedJwt): boolean {
    const { from, until } = verified.validity;
    const now = this.#clock() / 1000;
    return now >= from && now < until && this.#verifier.vouchesFor(verified);
  }

  /**
   * Whoever presents the same token meanwhile waits for the same verification. It began before they
   * came, so what it found has to hold still.
   */
  #share(credential: Credential): Promise<VerifiedJwt> {
    const { value } = credential;
    const underWay = this.#underWay.get(value);
    if (underWay) {
      return underWay.then((verified) =>
        this.#holds(verified) ? presentedAs(credential, verified) : this.#remember(credential),
      );
    }
    const started = this.#remember(credential);
    this.#underWay.set(value, started);
    return started;
  }

  async #remember(credential: Credential): Promise<VerifiedJwt> {
    const { generation } = this.#jwks;
    try {
      const verified = await this.#verifier.verify(credential);
      this.#cache.accept(verified);
      return verified;
    } catch (failure) {
      const isBad = failure instanceof InvalidCredential && failure.reason === 'invalid_signature';
      if (isBad) this.#cache.refuse(credential.value, generation);
      throw failure;
    } finally {
      this.#underWay.delete(credential.value);
    }
  }
}
