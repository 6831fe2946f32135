import type { InvalidCredential } from '../core/auth-error.js';
import type { Clock } from '../core/clock.js';
import type { Credential } from '../core/credential.js';
import { isPending, type MaybePromise } from '../core/maybe-promise.js';
import { ownMembers } from '../core/own-property.js';
import type { VerifiedCredential } from '../core/verified-credential.js';
import type { CredentialVerifier } from './credential-verifier.js';
import { expiryProblem, verifiedIdentity, type Identity } from './identity.js';
import { lookUp } from '../core/look-up.js';
import { MAX_TOKEN_LENGTH } from './token-length.js';

/** What looking credentials up takes. */
export interface ResolverVerifierParts {
  /** What the kind of credential is called. */
  readonly kind: string;
  /** Whose credential it is: nobody's, where the answer is `null` or `undefined`. */
  readonly resolve: (value: string) => MaybePromise<Identity | null | undefined | false>;
  /**
   * What such credentials begin with, or one of several such, and `resolve` is given with the rest.
   *
   * @default none: whatever no other verifier claims is looked up
   */
  readonly prefix?: string | readonly string[] | undefined;
  /** What every such credential stands for, whatever its identity says. */
  readonly standsFor?: VerifiedCredential['standsFor'];
  /** What a credential of nobody's is answered with, and one whose time is over. */
  readonly refuse: (why: 'unknown' | 'expired', detail?: string) => InvalidCredential;
  /** What is asked, for the log: an option, by its path. */
  readonly asked: string;
  /** How long looking up may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Verifies credentials that the application itself can look up: sessions, keys and tokens of its own. */
export class ResolverVerifier implements CredentialVerifier {
  readonly #parts: ResolverVerifierParts;
  readonly #prefixes: readonly string[];

  constructor(parts: ResolverVerifierParts) {
    this.#parts = ownMembers(parts);
    this.#prefixes = [this.#parts.prefix ?? ''].flat();
  }

  claims({ value }: Credential): boolean {
    return this.#prefixes.some((prefix) => value.startsWith(prefix));
  }

  verify(credential: Credential): MaybePromise<VerifiedCredential> {
    const { resolve, refuse, timeoutMs, asked } = this.#parts;
    const { value } = credential;
    const isOurs = value !== '' && this.claims(credential);
    if (!isOurs || value.length > MAX_TOKEN_LENGTH) throw refuse('unknown');
    const verified = (identity: unknown): VerifiedCredential =>
      this.#verified(credential, identity);
    const ask = (): MaybePromise<VerifiedCredential> => {
      const found = resolve(value);
      // What only has a `then` need not chain.
      return isPending(found) ? Promise.resolve(found).then(verified) : verified(found);
    };
    return lookUp(ask, { timeoutMs, asked, reason: 'lookup_failed' });
  }

  #verified(credential: Credential, identity: unknown): VerifiedCredential {
    const { kind, standsFor, asked, refuse, clock } = this.#parts;
    if (identity === undefined || identity === null || identity === false) throw refuse('unknown');
    const verified = verifiedIdentity(identity as Identity, {
      ...{ credential, kind, standsFor, asked },
    });
    // Written so that what is no time denies.
    if (!(clock() / 1000 < verified.expiresAt)) throw refuse('expired', expiryProblem(verified));
    return verified;
  }
}
