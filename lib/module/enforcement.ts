import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { RolesGuard } from '../guards/roles.guard.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { ControllerHandler } from './controllers.js';
import type { TransportType } from '../transports/transport.js';
import type { Transports } from '../transports/transports.js';
import { isMessage } from './message-binding.js';

/** Where `@UseGuards` keeps its guards. */
const GUARDS = '__guards__';

/** What marks the handlers that Nest hands its global guards: of HTTP and of GraphQL. */
const REQUESTS = ['path', 'graphql:resolver_type', 'graphql:resolve_property'];

/** What enforcement rests on. */
export interface EnforcementSettings {
  /** Whether the guards stand before every handler. */
  readonly isGlobal: boolean;
  /** Whether a handler for which nothing is declared is closed to everybody. */
  readonly denyUndeclared: boolean;
}

/**
 * Refuses to boot where something is required and no {@link RolesGuard} is there to see to it: with
 * `global: false`, or on a method that handles nothing.
 *
 * @throws {AuthConfigurationError}
 */
export function assertEnforced(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
  { isGlobal, denyUndeclared }: EnforcementSettings,
): void {
  for (const each of handlers) {
    const isGuarded = guardsOf(each).some(decides) || (isGlobal && isReached(each));
    const policy = policies.of(each);
    const isClosed = policy ? isClosing(policy, denyUndeclared && isReached(each)) : true;
    if (!isGuarded && isClosed) throw unenforced(nameOf(each));
  }
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
    const isPublic = policies.of(each)?.opening?.kind === 'public';
    if (!isPublic && isRawStream(each)) throw unanswerable(nameOf(each));
    for (const [key, { type, cure }] of Object.entries(NEEDED)) {
      if (isPublic || transports.serves(type) || !Reflect.hasMetadata(key, each.method)) continue;
      throw new AuthConfigurationError(
        nameOf(each),
        `is reached by ${type}, which nothing here serves`,
        cure,
      );
    }
  }
}

/** By what marks a handler, the transport it needs. */
const NEEDED: Readonly<Record<string, { readonly type: TransportType; readonly cure: string }>> = {
  'graphql:resolver_type': {
    type: 'graphql',
    cure: "Add transports: [graphql()] to the options, from 'nestjs-portcullis/graphql'.",
  },
  'websockets:message_mapping': {
    type: 'ws',
    cure: "Add transports: [webSockets()] to the options, from 'nestjs-portcullis/ws'.",
  },
  'microservices:pattern': {
    type: 'rpc',
    cure: "Add transports: [microservices()] to the options, from 'nestjs-portcullis/rpc'.",
  },
};

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
  return isRequest(each) || isMessage(each);
}

function isRequest({ method }: ControllerHandler): boolean {
  return REQUESTS.some((key) => Reflect.hasMetadata(key, method));
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
