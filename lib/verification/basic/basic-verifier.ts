import { InvalidCredential } from '../../core/auth-error.js';
import type { Clock } from '../../core/clock.js';
import type { Credential } from '../../core/credential.js';
import { lookUp } from '../../core/look-up.js';
import { isPending, type MaybePromise } from '../../core/maybe-promise.js';
import type { VerifiedCredential } from '../../core/verified-credential.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { expiryProblem, verifiedIdentity, type Identity } from '../identity.js';
import type { PasswordCheck } from './password-check.js';
import { parseUserPassword } from './user-password.js';

/** What verifying a password takes. */
export interface BasicVerifierSettings {
  readonly kind: string;
  readonly check: PasswordCheck;
  /** What is asked, for the log: an option, by its path. */
  readonly asked: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Verifies a user name and a password (RFC 7617). */
export class BasicVerifier implements CredentialVerifier {
  readonly #settings: BasicVerifierSettings;

  constructor(settings: BasicVerifierSettings) {
    this.#settings = settings;
  }

  claims(): boolean {
    return true;
  }

  verify(credential: Credential): MaybePromise<VerifiedCredential> {
    const { kind, check, asked, clock, timeoutMs } = this.#settings;
    const presented = parseUserPassword(credential.value);
    if (!presented) throw refused();
    const verified = (identity: unknown): VerifiedCredential => {
      if (typeof identity !== 'object' || identity === null) throw refused();
      const facts = { credential, kind, standsFor: undefined, asked };
      const known = verifiedIdentity(identity as Identity, facts);
      if (!(clock() / 1000 < known.expiresAt)) throw refused(expiryProblem(known));
      return known;
    };
    return lookUp(
      () => {
        const found = check(presented);
        return isPending(found) ? Promise.resolve(found).then(verified) : verified(found);
      },
      { timeoutMs, asked, reason: 'lookup_failed' },
    );
  }
}

function refused(detail?: string): InvalidCredential {
  return new InvalidCredential('invalid_password', { detail, schemes: ['Basic'] });
}
