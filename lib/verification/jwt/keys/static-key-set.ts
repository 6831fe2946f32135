import type { JSONWebKeySet } from 'jose';
import { InvalidCredential } from '../../../core/auth-error.js';
import { whenReady, type MaybePromise } from '../../../core/maybe-promise.js';
import type { JwtHeader } from '../header-checks.js';
import { FixedKeySet } from './fixed-key-set.js';
import type { VerificationKey } from './key-set.js';
import { LocalKeySet } from './local-key-set.js';

/**
 * Public keys given in the configuration.
 *
 * A key configured without a `kid` (a PEM has none) was chosen by the operator for every token of
 * the issuer, so it is tried whatever `kid` a token names. Of keys that have one, a token that names
 * none is accepted only where one fits.
 */
export class StaticKeySet extends FixedKeySet {
  protected readonly size: number;
  readonly #named: LocalKeySet;
  readonly #unnamed: LocalKeySet;

  /** @param jwks Checked when the options were. */
  constructor({ keys }: JSONWebKeySet) {
    super();
    this.size = keys.length;
    this.#named = new LocalKeySet(keys.filter((key) => key.kid !== undefined));
    this.#unnamed = new LocalKeySet(keys.filter((key) => key.kid === undefined));
  }

  candidates({ alg, kid }: JwtHeader): MaybePromise<readonly VerificationKey[]> {
    return whenReady(this.#named.candidates({ alg, kid }), (named) => {
      if (named.length === 0) return this.#unnamed.candidates({ alg, kid: undefined });
      if (kid === undefined && named.length > 1) throw new InvalidCredential('ambiguous_key');
      return named;
    });
  }
}
