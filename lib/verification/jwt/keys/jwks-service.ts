import type { MaybePromise } from '../../../core/maybe-promise.js';
import type { JwtHeader } from '../header-checks.js';
import type { JwtIssuer } from '../jwt-issuer.js';
import { discoverJwksUri } from './discovery.js';
import type { KeySet, VerificationKey } from './key-set.js';
import { RemoteKeySet, type KeySetSurroundings } from './remote-key-set.js';
import { SecretKeySet } from './secret-key-set.js';
import { StaticKeySet } from './static-key-set.js';

/** The keys of every configured issuer, each issuer's apart from the others'. */
export class JwksService {
  readonly #keySets: ReadonlyMap<string, KeySet>;

  constructor(issuers: readonly JwtIssuer[], surroundings: KeySetSurroundings) {
    this.#keySets = new Map(issuers.map((each) => [each.issuer, keySetOf(each, surroundings)]));
  }

  /**
   * The keys of an issuer that may have made a signature.
   *
   * @throws {InvalidCredential} When the header does not say which key it means.
   * @throws {AuthUnavailable} When the issuer's keys cannot be had.
   */
  find(issuer: string, header: JwtHeader): MaybePromise<readonly VerificationKey[]> {
    return this.#keySets.get(issuer)?.candidates(header) ?? [];
  }

  /**
   * Fetches the keys of one issuer, or of all, at once: what was withdrawn is then refused.
   *
   * @param issuer As configured. Default: every issuer.
   * @throws {Error} When the issuer does not answer, and the keys known so far stay in use; or when no
   *   such issuer is configured.
   */
  async refresh(issuer?: string): Promise<void> {
    if (issuer !== undefined && !this.#keySets.has(issuer)) {
      throw new RangeError('No such issuer is configured');
    }
    const chosen = [...this.#keySets].filter(([name]) => issuer === undefined || name === issuer);
    await Promise.all(chosen.map(([, keySet]) => keySet.refresh()));
  }
}

function keySetOf({ issuer, keys }: JwtIssuer, surroundings: KeySetSurroundings): KeySet {
  switch (keys.kind) {
    case 'secret':
      return new SecretKeySet(keys.secret);
    case 'static':
      return new StaticKeySet(keys.jwks);
    case 'remote': {
      const { jwksUri } = keys;
      const locate = (): Promise<URL> =>
        jwksUri ? Promise.resolve(jwksUri) : discoverJwksUri(issuer);
      return new RemoteKeySet(locate, surroundings);
    }
  }
}
