import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { RolesGuard } from '../guards/roles.guard.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { ControllerHandler } from './controllers.js';

/** Where `@UseGuards` keeps its guards. */
const GUARDS = '__guards__';

/** What marks the handlers that Nest hands its global guards: of HTTP and of GraphQL. */
const REQUESTS = ['path', 'graphql:resolver_type', 'graphql:resolve_property'];

/** What marks the handler of a message: Nest may hand it no global guard. */
const MESSAGES = ['microservices:pattern', 'websockets:message_mapping'];

/** What enforcement rests on. */
export interface EnforcementSettings {
  /** Whether the guards stand before every HTTP route. */
  readonly isGlobal: boolean;
  /** Whether a handler for which nothing is declared is closed to everybody. */
  readonly denyUndeclared: boolean;
}

/**
 * Refuses to boot where something is required and no {@link RolesGuard} is there to see to it: with
 * `global: false`, on the handler of a message, or on a method that handles nothing.
 *
 * @throws {AuthConfigurationError}
 */
export function assertEnforced(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
  { isGlobal, denyUndeclared }: EnforcementSettings,
): void {
  for (const each of handlers) {
    const isGuarded = guardsOf(each).some(decides) || (isGlobal && isRequest(each));
    const policy = policies.of(each);
    const isClosed = policy ? isClosing(policy, denyUndeclared && isReached(each)) : true;
    if (!isGuarded && isClosed) throw unenforced(nameOf(each));
  }
}

/** The handlers of messages that declare nothing and have no guard of ours: whoever sends one is served. */
export function* unguardedMessages(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
): Generator<string> {
  for (const each of handlers) {
    const isPublic = policies.of(each)?.opening?.kind === 'public';
    if (isMessage(each) && !isPublic && !guardsOf(each).some(decides)) yield nameOf(each);
  }
}

function nameOf({ controller, name }: ControllerHandler): string {
  return `${controller.name}.${name}`;
}

function isClosing({ opening, declaredOn }: RoutePolicy, denyUndeclared: boolean): boolean {
  return !opening && (denyUndeclared || declaredOn.length > 0);
}

function isReached(each: ControllerHandler): boolean {
  return isRequest(each) || isMessage(each);
}

function isRequest({ method }: ControllerHandler): boolean {
  return REQUESTS.some((key) => Reflect.hasMetadata(key, method));
}

function isMessage({ method }: ControllerHandler): boolean {
  return MESSAGES.some((key) => Reflect.hasMetadata(key, method));
}

/** The guards that `@UseGuards` puts before a handler, of its class and of its own. */
export function guardsOf({ metatype, method }: ControllerHandler): readonly unknown[] {
  const guardsOn = (target: object): readonly unknown[] =>
    (Reflect.getMetadata(GUARDS, target) ?? []) as readonly unknown[];
  return [...guardsOn(metatype), ...guardsOn(method)];
}

/** Whether a guard, given as a class or as an instance, sees to what is declared. */
export function decides(guard: unknown): boolean {
  if (typeof guard !== 'function') return guard instanceof RolesGuard;
  return guard === RolesGuard || guard.prototype instanceof RolesGuard;
}

function unenforced(handler: string): AuthConfigurationError {
  return new AuthConfigurationError(
    handler,
    'requires something that nothing enforces',
    'Declare it on the handler of a request, and leave out `global: false`; for a handler of messages, add @UseGuards(AuthGuard, RolesGuard) to its class; on any other method, remove it.',
  );
}
