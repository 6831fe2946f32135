import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { MissingCredential } from '../core/auth-error.js';
import { whenReady } from '../core/maybe-promise.js';
import type { Principal } from '../core/principal.js';
import { AuthGuard } from './auth.guard.js';
import { Gate } from './gate.js';
import type { Visit } from './visit.js';

/**
 * Decides whether the caller may: measures the principal against `@Roles`, `@Permissions` and
 * `@Scopes` of the handler and its class, and asks the policies of `@Authorize`, `@Owner` and
 * `@SameOrg`.
 *
 * Global by default, after {@link AuthGuard}. Where it comes first, it has the request authenticated
 * before it decides.
 *
 * @publicApi
 */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    @Inject(Gate) private readonly gate: Gate,
    @Inject(AuthGuard) private readonly authGuard: AuthGuard,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const visit = this.gate.visit(context);
    if (!visit) return true;
    if (visit.principal) return this.decided(visit, visit.principal);
    return whenReady(this.authGuard.canActivate(context), () => this.decideAfter(context));
  }

  /** Authenticated a moment ago; a guard put in the place of ours may have let somebody pass who is not. */
  private decideAfter(context: ExecutionContext): boolean | Promise<boolean> {
    const visit = this.gate.visit(context);
    if (!visit) return true;
    if (visit.principal) return this.decided(visit, visit.principal);
    throw this.gate.refuse(visit, new MissingCredential('missing_credentials'));
  }

  private decided(visit: Visit, principal: Principal): boolean | Promise<boolean> {
    return this.gate.refusedLast(visit, () => this.gate.decide(visit, principal));
  }
}
