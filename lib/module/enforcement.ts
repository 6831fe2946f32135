import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { AuthGuard } from '../guards/auth.guard.js';
import { RolesGuard } from '../guards/roles.guard.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { CallType } from '../transports/argument-roots.js';
import type { ControllerHandler } from './controllers.js';
import { GUARDS, isConnection, isGatewayMessage, isServiceMessage } from './message-binding.js';
import { isEntityResolver, isFieldResolver, isRootResolver } from './resolvers.js';

/** What marks the handlers of HTTP, which Nest hands its global guards. */
const PATH = 'path';

/** What enforcement rests on. */
export interface EnforcementSettings {
  /** Whether the guards stand before every handler. */
  readonly isGlobal: boolean;
  /** Whether a handler for which nothing is declared is closed to everybody. */
  readonly denyUndeclared: boolean;
  /** Whether Nest hands resolvers of fields their guards. */
  readonly areFieldsGuarded: boolean;
}

/**
 * Refuses to boot where something is required and no {@link RolesGuard} is there to see to it: with
 * `global: false`, on a method that handles nothing, or on a field of GraphQL without guards.
 *
 * @throws {AuthConfigurationError}
 */
export function assertEnforced(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
  settings: EnforcementSettings,
): void {
  for (const each of handlers) {
    const policy = policies.of(each);
    const isOpen = policy !== undefined && !isClosing(policy, isClosedUndeclared(each, settings));
    if (isOpen || isGuarded(each, settings)) continue;
    throw isFieldResolver(each) ? unenforcedField(nameOf(each)) : unenforced(nameOf(each));
  }
}

function isGuarded(each: ControllerHandler, settings: EnforcementSettings): boolean {
  if (isFieldResolver(each) && !settings.areFieldsGuarded) return false;
  return guardsOf(each).some(decides) || (settings.isGlobal && isReached(each));
}

/** Fields belong to what another resolver let out, entities to nothing. */
function isClosedUndeclared(each: ControllerHandler, settings: EnforcementSettings): boolean {
  if (isEntityResolver(each)) return settings.isGlobal || settings.denyUndeclared;
  if (isFieldResolver(each)) return settings.denyUndeclared && settings.areFieldsGuarded;
  return settings.denyUndeclared && isReached(each);
}

/** For messages: `Class.method`. */
export function nameOf({ controller, name }: ControllerHandler): string {
  return `${controller.name}.${name}`;
}

/** Whether something is required of whoever calls. */
export function isClosing({ opening, declaredOn }: RoutePolicy, denyUndeclared: boolean): boolean {
  return !opening && (denyUndeclared || declaredOn.length > 0);
}

function isReached(each: ControllerHandler): boolean {
  return callTypesOf(each).length > 0 || isConnection(each);
}

/** How a handler is called, by what marks it; none for a method that handles nothing, or what only other packages know. */
export function callTypesOf(each: ControllerHandler): readonly CallType[] {
  const isMarked = {
    http: Reflect.hasMetadata(PATH, each.method),
    graphql: isRootResolver(each) || isFieldResolver(each),
    ws: isGatewayMessage(each),
    rpc: isServiceMessage(each),
  } satisfies Readonly<Record<CallType, boolean>>;
  const types = Object.entries(isMarked) as readonly [CallType, boolean][];
  return types.filter(([, isSo]) => isSo).map(([type]) => type);
}

/** The guards that `@UseGuards` puts before a handler, of its class and of its own. */
export function guardsOf({ metatype, method }: ControllerHandler): readonly unknown[] {
  const guardsOn = (target: object): readonly unknown[] =>
    (Reflect.getMetadata(GUARDS, target) ?? []) as readonly unknown[];
  return [...guardsOn(metatype), ...guardsOn(method)];
}

/** Whether a guard, given as a class or as an instance, establishes who is calling. */
export function authenticates(guard: unknown): boolean {
  return isOne(guard, AuthGuard);
}

/** Whether a guard, given as a class or as an instance, sees to what is declared. */
export function decides(guard: unknown): boolean {
  return isOne(guard, RolesGuard);
}

function isOne(guard: unknown, type: typeof AuthGuard | typeof RolesGuard): boolean {
  if (typeof guard !== 'function') return guard instanceof type;
  return guard === type || guard.prototype instanceof type;
}

function unenforced(handler: string): AuthConfigurationError {
  return new AuthConfigurationError(
    handler,
    'requires something that nothing enforces',
    'Declare it on the handler of a request or a message, and leave out `global: false`, or add @UseGuards(AuthGuard, RolesGuard) to its class; on any other method, remove it.',
  );
}

function unenforcedField(handler: string): AuthConfigurationError {
  return new AuthConfigurationError(
    handler,
    'resolves a field or an entity that needs a guard, and has none',
    "Add fieldResolverEnhancers: ['guards'] to the options of GraphQLModule, or say @Public() on the resolver, where what leads to it is guarded.",
  );
}
