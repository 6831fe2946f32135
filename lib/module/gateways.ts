import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { Forbidden } from '../core/auth-error.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import { Authenticated } from '../decorators/authenticated.decorator.js';
import type { Controller } from '../guards/ancestry.js';
import { ConnectionContext } from '../guards/connection-context.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import { labelOf } from '../guards/visit.js';
import type { Gateway } from '../transports/transport-host.js';
import { classOf, CONNECTION, GATEWAY, type ControllerHandler } from './controllers.js';
import { authenticates, decides, guardsOf } from './enforcement.js';

/** What stands before connections. */
export interface GatewayParts {
  readonly modules: ModulesContainer;
  readonly policies: RoutePolicies;
  readonly authGuard: CanActivate;
  readonly rolesGuard: CanActivate;
  /** Whether they stand before every handler. */
  readonly isGlobal: boolean;
}

/** In events, what a client does that presents another credential. */
const RENEWAL = 'reauthenticate';

/** Where no gateway says anything, clients of whom nothing is known do not connect. */
@Authenticated()
class AnyGateway {}

/** The gateways of an application, and who may connect to them. */
export class Gateways {
  readonly anywhere: Gateway;
  readonly #parts: GatewayParts;
  #all: readonly Gateway[] | undefined;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    const connection = connectionOf(AnyGateway, AnyGateway);
    parts.policies.learn(connection);
    this.anywhere = this.#gatewayOf(connection, [parts.authGuard, parts.rolesGuard]);
  }

  all(): readonly Gateway[] {
    this.#all ??= this.#found();
    return this.#all;
  }

  #found(): readonly Gateway[] {
    const { modules, policies } = this.#parts;
    const open: Gateway[] = [];
    const closed: Gateway[] = [];
    for (const connection of connectionsTo(modules)) {
      const isOpen = policies.learn(connection).opening?.kind === 'public';
      (isOpen ? open : closed).push(this.#gatewayOf(connection, this.#guardsOf(connection)));
    }
    return [...open, ...closed];
  }

  #gatewayOf(connection: ControllerHandler, guards: readonly CanActivate[]): Gateway {
    const { policies, authGuard, rolesGuard } = this.#parts;
    const metatype = connection.metatype as Type;
    const renewal = renewalOf(metatype);
    policies.learn(renewal);
    return {
      ...{ metatype, handler: labelOf(connection) },
      admit: (client) => letIn(guards, new ConnectionContext(connection, client)),
      readmit: (client) => letIn([authGuard, rolesGuard], new ConnectionContext(renewal, client)),
    };
  }

  #guardsOf(connection: ControllerHandler): readonly CanActivate[] {
    const { authGuard, rolesGuard, isGlobal } = this.#parts;
    const own = guardsOf(connection);
    if (isGlobal || own.some(decides)) return [authGuard, rolesGuard];
    return own.some(authenticates) ? [authGuard] : [];
  }
}

/** What Nest calls, or would call, when a client has connected to a gateway: one for each gateway. */
export function* connectionsTo(modules: ModulesContainer): Generator<ControllerHandler> {
  for (const { providers } of modules.values()) {
    for (const { metatype, instance } of providers.values()) {
      if (typeof metatype !== 'function' || !Reflect.hasMetadata(GATEWAY, metatype)) continue;
      yield connectionOf(metatype as Type, classOf(metatype as Type, instance));
    }
  }
}

/** What stands for a client of a gateway that presents another credential: `Gateway.reauthenticate`. */
function renewalOf({ name: gateway }: Type): ControllerHandler {
  @Authenticated()
  class Renewal {
    reauthenticate(): void {
      // Whoever is let in goes on.
    }
  }
  Object.defineProperty(Renewal, 'name', { value: gateway });
  const method = Reflect.get(Renewal.prototype, RENEWAL) as ControllerHandler['method'];
  return { controller: Renewal, metatype: Renewal, name: RENEWAL, method, handler: method };
}

/** Of a gateway without the method, a function that stands for it. */
function connectionOf(metatype: Type, controller: Controller): ControllerHandler {
  const own = (metatype.prototype as Readonly<Record<string, unknown>>)[CONNECTION];
  const method = isMethod(own) ? own : standIn();
  return { controller, metatype, name: CONNECTION, method, handler: method };
}

function isMethod(value: unknown): value is ControllerHandler['method'] {
  return typeof value === 'function';
}

/** In events it is called by its name. */
function standIn(): ControllerHandler['method'] {
  return function handleConnection(): void {
    // Whoever connects has done so.
  };
}

/** Asks guards, one after the other. */
export function letIn(
  guards: readonly CanActivate[],
  context: ExecutionContext,
): MaybePromise<void> {
  const [guard, ...others] = guards;
  if (!guard) return;
  const verdict = guard.canActivate(context) as MaybePromise<boolean>;
  return whenReady(verdict, (isLetIn) => {
    // A guard that was put in the place of ours.
    if (!isLetIn) throw new Forbidden('policy_denied');
    return letIn(others, context);
  });
}
