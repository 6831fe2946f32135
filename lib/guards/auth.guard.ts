import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '../core/auth-error.js';
import type { Principal } from '../core/principal.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { Gate, type Visit } from './gate.js';

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
  constructor(
    @Inject(Gate) private readonly gate: Gate,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const visit = this.gate.visit(context);
    if (!visit || this.gate.principalOf(visit)) return true;
    return this.authenticate(visit);
  }

  private async authenticate(visit: Visit): Promise<boolean> {
    this.gate.admit(visit, await this.establish(visit));
    return true;
  }

  private async establish(visit: Visit): Promise<Principal> {
    try {
      return await this.authenticator.authenticate(visit.exchange.request);
    } catch (failure) {
      throw failure instanceof AuthError ? this.gate.refuse(visit, failure) : failure;
    }
  }
}
