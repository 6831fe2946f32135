import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { RolesGuard } from '../guards/roles.guard.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { ControllerHandler } from './controllers.js';
import type { TransportType } from '../transports/transport.js';
import type { Transports } from '../transports/transports.js';
import { isConnection, isMessage } from './message-binding.js';
import { isEntityResolver, isFieldResolver, isRootResolver } from './resolvers.js';

/** Where `@UseGuards` keeps its guards. */
const GUARDS = '__guards__';

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

/**
 * Refuses to boot where a handler is reached in a way that nothing here can read or answer: every
 * request to it would be refused.
 *
 * @throws {AuthConfigurationError}
 */
export function assertServed(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
  transports: Transports,
): void {
  for (const each of handlers) {
    if (!isPublic(policies.of(each))) assertReadable(transports, each);
  }
}

/**
 * Refuses to boot where nothing here sees who connects to a gateway, which hands whoever does what it
 * sends to all.
 *
 * @param connections To each gateway.
 * @throws {AuthConfigurationError}
 */
export function assertConnectionsServed(
  connections: Iterable<ControllerHandler>,
  policies: RoutePolicies,
  { transports, isGlobal }: { readonly transports: Transports; readonly isGlobal: boolean },
): void {
  for (const each of connections) {
    const policy = policies.learn(each);
    const isClosed = isGlobal || guardsOf(each).some(decides) || isClosing(policy, false);
    if (!isPublic(policy) && isClosed) assertServedBy(transports, each, NEEDED[MESSAGE]);
  }
}

function isPublic(policy: RoutePolicy | undefined): boolean {
  return policy?.opening?.kind === 'public';
}

function assertReadable(transports: Transports, each: ControllerHandler): void {
  if (isRawStream(each)) throw unanswerable(nameOf(each));
  for (const [key, needed] of Object.entries(NEEDED)) {
    if (Reflect.hasMetadata(key, each.method)) assertServedBy(transports, each, needed);
  }
}

function assertServedBy(
  transports: Transports,
  each: ControllerHandler,
  { type, cure }: Needed,
): void {
  if (transports.serves(type)) return;
  const problem = `is reached by ${type}, which nothing here serves`;
  throw new AuthConfigurationError(nameOf(each), problem, cure);
}

/** A transport, and how it is had. */
interface Needed {
  readonly type: TransportType;
  readonly cure: string;
}

/** What marks the handler of a message of a gateway. */
const MESSAGE = 'websockets:message_mapping';

const GRAPHQL: Needed = {
  type: 'graphql',
  cure: "Add transports: [graphql()] to the options, from 'nestjs-portcullis/graphql'.",
};

/** By what marks a handler, the transport it needs. */
const NEEDED = {
  'graphql:resolver_type': GRAPHQL,
  'graphql:resolve_reference': GRAPHQL,
  [MESSAGE]: {
    type: 'ws',
    cure: "Add transports: [webSockets()] to the options, from 'nestjs-portcullis/ws'.",
  },
  'microservices:pattern': {
    type: 'rpc',
    cure: "Add transports: [microservices()] to the options, from 'nestjs-portcullis/rpc'.",
  },
} as const satisfies Readonly<Record<string, Needed>>;

/** A stream of gRPC that its handler is given as it is: Nest answers no refusal of it, and the process ends. */
function isRawStream({ method }: ControllerHandler): boolean {
  const patterns: unknown = Reflect.getMetadata('microservices:pattern', method);
  return [patterns].flat().some((each) => {
    const { streaming } = (each ?? {}) as { readonly streaming?: unknown };
    return streaming === 'pt_stream';
  });
}

function unanswerable(handler: string): AuthConfigurationError {
  return new AuthConfigurationError(
    handler,
    'is a @GrpcStreamCall, which cannot be refused: Nest does not answer it, and the process ends',
    'Make it a @GrpcStreamMethod, or declare it @Public().',
  );
}

function nameOf({ controller, name }: ControllerHandler): string {
  return `${controller.name}.${name}`;
}

function isClosing({ opening, declaredOn }: RoutePolicy, denyUndeclared: boolean): boolean {
  return !opening && (denyUndeclared || declaredOn.length > 0);
}

function isReached(each: ControllerHandler): boolean {
  const isRoute = Reflect.hasMetadata(PATH, each.method);
  const isMessageOrConnection = isMessage(each) || isConnection(each);
  return isRoute || isMessageOrConnection || isRootResolver(each) || isFieldResolver(each);
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
