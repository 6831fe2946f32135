import { AuthError, AuthUnavailable, Forbidden, InvalidCredential } from '../core/auth-error.js';
import type { Clock } from '../core/clock.js';
import { isPending, type MaybePromise } from '../core/maybe-promise.js';
import { isSameCaller, type AuthenticatedPrincipal } from '../core/principal.js';
import type { Authenticator } from '../pipeline/authenticator.js';
import type { LastingCalls } from '../transports/lasting-calls.js';
import type { Gate } from './gate.js';
import type { Visit } from './visit.js';

/** Whether who was let in a while ago would be let in by now. */
export class Standing {
  /** Where those are kept who go on by it. */
  readonly lasting: LastingCalls;
  readonly #gate: Gate;
  readonly #authenticator: Authenticator;

  constructor(gate: Gate, authenticator: Authenticator, lasting: LastingCalls) {
    this.#gate = gate;
    this.#authenticator = authenticator;
    this.lasting = lasting;
  }

  /** In milliseconds since the epoch. */
  get clock(): Clock {
    return this.#gate.clock;
  }

  /**
   * Authenticates the request once more, and measures whoever that is against what its handler requires;
   * policies, which may load what they decide on, are not asked again. At once for a credential that was
   * verified before.
   *
   * @returns Why not; nothing for whoever was let in without a credential, who cannot lose it.
   */
  failureOf(visit: Visit): MaybePromise<AuthError | undefined> {
    const { principal: before, exchange, policy } = visit;
    if (!before || before.kind === 'anonymous') return undefined;
    if (before.expiresAt * 1000 <= this.clock()) return new InvalidCredential('token_expired');
    const measured = (after: AuthenticatedPrincipal): AuthError | undefined =>
      // What was established before is the same object.
      after === before ? undefined : this.#measured(visit, before, after);
    try {
      const principal = this.#authenticator.authenticate(exchange.request, policy.accepts);
      return isPending(principal) ? principal.then(measured).catch(failureIn) : measured(principal);
    } catch (failure) {
      return failureIn(failure);
    }
  }

  #measured(
    visit: Visit,
    before: AuthenticatedPrincipal,
    after: AuthenticatedPrincipal,
  ): AuthError | undefined {
    if (!isSameCaller(before, after)) {
      return new Forbidden('policy_denied', { detail: 'the same caller as before' });
    }
    const failure = this.#gate.measure(visit, after);
    if (!failure) visit.principal = after;
    return failure;
  }
}

/** Whatever fails, nobody goes on by it. */
function failureIn(failure: unknown): AuthError {
  if (failure instanceof AuthError) return failure;
  return new AuthUnavailable('policy_failed', { cause: failure, retryAfterSeconds: 1 });
}
