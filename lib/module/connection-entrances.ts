import type { CanActivate, Type } from '@nestjs/common';
import { Accepts } from '../decorators/accepts.decorator.js';
import { Authenticated } from '../decorators/authenticated.decorator.js';
import { OptionalAuth } from '../decorators/optional-auth.decorator.js';
import { ConnectionContext } from '../guards/connection-context.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import { labelOf } from '../guards/visit.js';
import type { Entrances } from '../pipeline/entrances.js';
import type { Entrance, EntranceRules } from '../transports/transport-host.js';
import { assertAccepted } from './accepted-kinds.js';
import type { ControllerHandler } from './controllers.js';
import { letIn } from './gateways.js';

/** What stands before connections that no class of the application takes. */
export interface EntranceParts {
  readonly policies: RoutePolicies;
  readonly entrances: Entrances;
  readonly guards: readonly CanActivate[];
}

/** Lets clients connect to what is no gateway, as the options say. */
export class ConnectionEntrances {
  readonly #parts: EntranceParts;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
  }

  /** @throws {AuthConfigurationError} When the rules name a kind of credential that is none. */
  of(rules: EntranceRules): Entrance {
    const { policies, entrances, guards } = this.#parts;
    const target = standInOf(rules);
    policies.learn(target);
    assertAccepted([target], policies, entrances);
    return {
      handler: labelOf(target),
      admit: (client) => letIn(guards, new ConnectionContext(target, client, rules.type)),
    };
  }
}

/** The rules as a class would declare them. */
function standInOf({ handler, allowAnonymous, accepts }: EntranceRules): ControllerHandler {
  const [className, name] = handler;
  const declared = [
    allowAnonymous ? OptionalAuth() : Authenticated(),
    ...(accepts ? [Accepts(...accepts)] : []),
  ];
  // Of a class, only what is declared on it counts.
  const Connections: Type = class {
    readonly handler = handler;
  };
  Object.defineProperty(Connections, 'name', { value: className });
  for (const declare of declared) declare(Connections);
  const method = (): void => undefined;
  Object.defineProperty(method, 'name', { value: name });
  return { controller: Connections, metatype: Connections, name, method, handler: method };
}
