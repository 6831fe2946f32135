import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '../core/auth-error.js';
import { isPending, type MaybePromise } from '../core/maybe-promise.js';
import type { AuthenticatedPrincipal } from '../core/principal.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { rawRequest } from '../transports/http/raw-request.js';
import { Gate } from './gate.js';
import { LookedUpOnce } from './looked-up-once.js';
import type { Visit } from './visit.js';

/**
 * Establishes who is calling. Lets nobody in without a valid credential, except to handlers declared
 * `@Public()`.
 *
 * Global by default. Running it twice on a request, globally and with `@UseGuards`, costs nothing:
 * it authenticates once.
 *
 * @publicApi
 */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly lookedUp = new LookedUpOnce<AuthenticatedPrincipal>();

  constructor(
    @Inject(Gate) private readonly gate: Gate,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const visit = this.gate.visit(context);
    if (!visit || visit.principal) return true;
    return this.gate.refusedLast(visit, () => this.authenticate(visit));
  }

  /** At once for whoever is known already: a promise would cost every request a turn. */
  private authenticate(visit: Visit): boolean | Promise<boolean> {
    try {
      const principal = this.established(visit);
      if (isPending(principal)) return this.awaited(visit, principal);
      return this.gate.admit(visit, principal);
    } catch (failure) {
      return this.withoutPrincipal(visit, failure);
    }
  }

  /** However many fields or handlers one request leads to, it is looked up once who asks for them. */
  private established({ exchange, policy }: Visit): MaybePromise<AuthenticatedPrincipal> {
    const { key, shared, request } = exchange;
    const { accepts } = policy;
    const look = (): MaybePromise<AuthenticatedPrincipal> =>
      this.authenticator.authenticate(request, accepts);
    if (key === shared) return look();
    // Mutations are resolved one after the other. What came over a socket may be there for long.
    const keepsFailure = rawRequest(shared) !== undefined;
    return this.lookedUp.of({ request: shared, accepts, keepsFailure }, look);
  }

  private async awaited(
    visit: Visit,
    principal: Promise<AuthenticatedPrincipal>,
  ): Promise<boolean> {
    try {
      return this.gate.admit(visit, await principal);
    } catch (failure) {
      return this.withoutPrincipal(visit, failure);
    }
  }

  private withoutPrincipal(visit: Visit, failure: unknown): true {
    if (failure instanceof AuthError) return this.gate.admitAnonymous(visit, failure);
    throw failure;
  }
}
