import {
  ForbiddenException,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector, type ModulesContainer } from '@nestjs/core';
import { Forbidden, MissingCredential } from '../../lib/core/auth-error.js';
import type { AuthRequest } from '../../lib/core/auth-request.js';
import type { Claims } from '../../lib/core/claims.js';
import { Credential } from '../../lib/core/credential.js';
import type { VerifiedCredential } from '../../lib/core/verified-credential.js';
import { AuthGuard } from '../../lib/guards/auth.guard.js';
import { Gate } from '../../lib/guards/gate.js';
import { Judge } from '../../lib/guards/judge.js';
import { RolesGuard } from '../../lib/guards/roles.guard.js';
import { RoutePolicies } from '../../lib/guards/route-policies.js';
import { compileRoutes, identifyHandlers } from '../../lib/module/controllers.js';
import { AuthEvents } from '../../lib/observability/auth-events.js';
import { Authenticator } from '../../lib/pipeline/authenticator.js';
import { PrincipalMapper } from '../../lib/principal/principal-mapper.js';
import type { Controller } from './declared-classes.js';
import type { Caller, Verdict } from './model.js';

const HEADER = 'x-caller';
const LACKING = new Set<string>([
  'insufficient_role',
  'insufficient_permission',
  'insufficient_scope',
]);

/** Takes callers at their word. */
const authenticator = new Authenticator({
  extractors: [
    {
      extract(request: AuthRequest): Credential | undefined {
        const [text] = request.header(HEADER);
        return text === undefined ? undefined : new Credential('header', text);
      },
    },
  ],
  verifiers: [
    {
      claims: (): boolean => true,
      verify: (credential: Credential): VerifiedCredential => ({
        credential,
        issuer: 'https://login.test/',
        claims: JSON.parse(credential.value) as Claims,
        expiresAt: Infinity,
      }),
    },
  ],
  mapper: new PrincipalMapper(new Map()),
});

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly on: () => void;
  readonly user?: unknown;
}

/** The real guards, one after the other as Nest runs them. */
export class GuardedApplication {
  readonly #policies = new RoutePolicies(new Reflector());
  readonly #guards: readonly CanActivate[];

  constructor() {
    const events = new AuthEvents([], rethrow);
    const rules = { denyUndeclared: false, superRoles: [] };
    const gate = new Gate(this.#policies, {
      events,
      rules,
      judge: new Judge({ events, rules, instanceOf: rethrow, timeoutMs: 1000 }),
      styles: { http: { realm: 'api', resourceMetadata: undefined, body: (refusal) => refusal } },
      requestProperty: 'user',
    });
    const authGuard = new AuthGuard(gate, authenticator);
    this.#guards = [authGuard, new RolesGuard(gate, authGuard)];
  }

  /** What happens to handlers before Nest sets up its routes. */
  identify(controllers: readonly Controller[]): void {
    identifyHandlers(modulesWith(controllers));
  }

  /** What happens to handlers at the end of the boot. */
  compile(controllers: readonly Controller[]): void {
    compileRoutes(modulesWith(controllers), this.#policies);
  }

  /** @throws Whatever the guards throw that is neither a missing credential nor a missing authority. */
  verdict(controller: Controller, caller: Caller | undefined): Verdict {
    const request = requestOf(caller);
    const context = contextOf(controller, request);
    try {
      for (const guard of this.#guards) {
        if (guard.canActivate(context) !== true) throw new Error('A guard did not decide at once');
      }
    } catch (refusal) {
      return verdictOf(refusal);
    }
    return request.user === undefined ? 'open' : 'allowed';
  }
}

function verdictOf(refusal: unknown): Verdict {
  const { cause } = refusal as Error;
  if (refusal instanceof UnauthorizedException && cause instanceof MissingCredential) return 401;
  const isLacking = cause instanceof Forbidden && LACKING.has(cause.reason);
  if (refusal instanceof ForbiddenException && isLacking) return 403;
  throw refusal;
}

function requestOf(caller: Caller | undefined): Request {
  const { roles, permissions, scopes } = caller ?? {};
  const claims = { sub: 'ann', roles, permissions, scope: scopes?.join(' ') };
  return {
    headers: caller ? { [HEADER]: JSON.stringify(claims) } : {},
    rawHeaders: [],
    on: () => undefined,
  };
}

function contextOf(controller: Controller, request: Request): ExecutionContext {
  const handler: unknown = Reflect.get(controller.prototype as object, 'handle');
  const response = { setHeader: (): void => undefined };
  return {
    getType: () => 'http',
    getClass: () => controller,
    getHandler: () => handler,
    getArgByIndex: (index: number) => [request, response][index],
  } as unknown as ExecutionContext;
}

/** One module with all of the controllers, as Nest keeps them. */
function modulesWith(classes: readonly Controller[]): ModulesContainer {
  const controllers = classes.map((metatype) => ({ metatype, instance: new metatype() }));
  const module = {
    controllers: new Map(controllers.map((each) => [each.metatype, each])),
    providers: new Map(),
  };
  return new Map([['module', module]]) as unknown as ModulesContainer;
}

function rethrow(failure: unknown): never {
  throw failure;
}
