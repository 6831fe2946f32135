import { HttpException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector, type ModuleRef, type ModulesContainer } from '@nestjs/core';
import { authOf } from '../../lib/context/request-auth.js';
import { AuthError, AuthUnavailable, InvalidCredential } from '../../lib/core/auth-error.js';
import type { Claims } from '../../lib/core/claims.js';
import type { Credential } from '../../lib/core/credential.js';
import type { VerifiedCredential } from '../../lib/core/verified-credential.js';
import { AuthGuard } from '../../lib/guards/auth.guard.js';
import { Gate } from '../../lib/guards/gate.js';
import { Judge } from '../../lib/guards/judge.js';
import { OpenAnswers } from '../../lib/guards/open-answers.js';
import { RolesGuard } from '../../lib/guards/roles.guard.js';
import { RoutePolicies } from '../../lib/guards/route-policies.js';
import { compileRoutes, handlersOf, identifyHandlers } from '../../lib/module/controllers.js';
import { resolveAuthorization } from '../../lib/module/options/resolve-authorization.js';
import { assertProvided } from '../../lib/module/provided-classes.js';
import { AuthEvents } from '../../lib/observability/auth-events.js';
import { HeaderExtractor } from '../../lib/credential/header-extractor.js';
import { Authenticator } from '../../lib/pipeline/authenticator.js';
import { Entrances } from '../../lib/pipeline/entrances.js';
import { PrincipalMapper } from '../../lib/principal/principal-mapper.js';
import { LastingCalls } from '../../lib/transports/lasting-calls.js';
import { Transports } from '../../lib/transports/transports.js';
import type { Controller } from './declared-classes.js';
import { instanceOf, PolicyFailure } from './declared-rules.js';
import type { Verdict } from './model.js';
import type { Presented, Settings, WrittenRequest } from './written.js';

const HEADER = 'x-caller';

/** What is refused because the guards do not know what they stand before: nothing here is meant so. */
const PERPLEXED = new Set<string>(['unknown_handler', 'unsupported_context']);

/** Takes callers at their word. */
const entrances = new Entrances([
  {
    name: 'jwt',
    extractors: [new HeaderExtractor(HEADER)],
    verifier: { claims: (): boolean => true, verify: verified },
    scheme: 'Bearer',
    declaredOnly: false,
    look: 'jwt',
    mayBeService: true,
  },
]);

function verified(credential: Credential): VerifiedCredential {
  const { value } = credential;
  if (value === 'bad') throw new InvalidCredential('invalid_signature');
  if (value === 'undecidable') {
    throw new AuthUnavailable('issuer_unavailable', { retryAfterSeconds: 1 });
  }
  return {
    credential,
    kind: 'jwt',
    issuer: 'https://login.test/',
    claims: JSON.parse(value) as Claims,
    expiresAt: Infinity,
  };
}

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly on: () => void;
  readonly method: string;
  readonly user?: unknown;
}

/** The real guards, one after the other as Nest runs them. */
export class GuardedApplication {
  readonly #policies: RoutePolicies;
  readonly #guards: readonly CanActivate[];

  constructor(settings: Settings) {
    const { rules, roleMap, roleModel } = resolveAuthorization({ issuers: [], ...settings });
    const events = new AuthEvents([], rethrow);
    this.#policies = new RoutePolicies(new Reflector(), roleMap);
    const gate = new Gate(this.#policies, {
      events,
      rules,
      judge: new Judge({ events, rules, instanceOf, timeoutMs: 60_000 }),
      transports: new Transports([]),
      clock: Date.now,
      styles: { http: { realm: 'api', resourceMetadata: undefined, body: (refusal) => refusal } },
      requestProperty: 'user',
      tenancy: undefined,
      impersonation: 'allow',
      trustedServices: [],
      answers: new OpenAnswers({
        ending: 'none',
        clock: Date.now,
        lasting: new LastingCalls(() => undefined),
      }),
      stripHeaders: [],
    });
    const mapper = new PrincipalMapper({ ofKinds: new Map(), ofSources: new WeakMap() }, roleModel);
    const authGuard = new AuthGuard(gate, new Authenticator({ entrances, mapper, rules }));
    this.#guards = [authGuard, new RolesGuard(gate, authGuard)];
  }

  /** What happens to handlers before Nest sets up its routes. */
  identify(controller: Controller): void {
    identifyHandlers(modulesWith(controller));
  }

  /**
   * What happens to handlers at the end of the boot.
   *
   * @throws {AuthConfigurationError} When the application does not boot.
   */
  compile(controller: Controller): void {
    const modules = modulesWith(controller);
    compileRoutes(modules, this.#policies);
    const container = { get: instanceOf } as unknown as ModuleRef;
    assertProvided(handlersOf(modules), this.#policies, container);
  }

  /** @throws Whatever the guards throw that is no answer to a request. */
  async verdict(controller: Controller, written: WrittenRequest): Promise<Verdict> {
    const request = requestOf(written);
    const context = contextOf(controller, request);
    try {
      for (const guard of this.#guards) {
        const answer = guard.canActivate(context);
        const isLate = typeof answer === 'object';
        if ((isLate ? await answer : answer) !== true) throw new Error('A guard said no');
      }
    } catch (refusal) {
      return statusOf(refusal);
    }
    return verdictOn(request);
  }
}

/** `request.user` shows nobody anonymous. */
function verdictOn(request: Request): Verdict {
  const principal = authOf(request)?.principal;
  const isNobody = principal === undefined || principal.kind === 'anonymous';
  if (isNobody !== (request.user === undefined)) throw new Error('The request shows somebody else');
  if (principal === undefined) return 'open';
  return isNobody ? 'anonymous' : 'allowed';
}

function statusOf(refusal: unknown): Verdict {
  if (refusal instanceof PolicyFailure) return 500;
  if (!(refusal instanceof HttpException)) throw refusal;
  const { cause } = refusal;
  if (cause instanceof AuthError && PERPLEXED.has(cause.reason)) throw refusal;
  return refusal.getStatus() as Verdict;
}

function requestOf({ presented, method, id, orgId }: WrittenRequest): Request {
  const named = { id, orgId };
  const text = headerOf(presented);
  return {
    headers: text === undefined ? {} : { [HEADER]: text },
    rawHeaders: [],
    on: () => undefined,
    method,
    ...{ params: named, query: named, body: named },
  };
}

function headerOf(presented: Presented): string | undefined {
  if (typeof presented === 'string') return presented === 'nothing' ? undefined : presented;
  const { subject: sub, organization: org_id, uid, roles, permissions, scopes } = presented;
  return JSON.stringify({ sub, org_id, uid, roles, permissions, scope: scopes.join(' ') });
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

/** One module with the controller, as Nest keeps it. */
function modulesWith(metatype: Controller): ModulesContainer {
  const module = {
    controllers: new Map([[metatype, { metatype, instance: new metatype() }]]),
    providers: new Map(),
  };
  return new Map([['module', module]]) as unknown as ModulesContainer;
}

function rethrow(failure: unknown): never {
  throw failure;
}
