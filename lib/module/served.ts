import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import { ENTRY_POINTS } from '../transports/entry-points.js';
import type { TransportType } from '../transports/transport-type.js';
import type { Transports } from '../transports/transports.js';
import type { ControllerHandler } from './controllers.js';
import { decides, guardsOf, isClosing, nameOf } from './enforcement.js';
import { isRawStream } from './grpc-streams.js';

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
  for (const [key, type] of Object.entries(NEEDED)) {
    if (Reflect.hasMetadata(key, each.method)) assertServedBy(transports, each, type);
  }
}

function assertServedBy(
  transports: Transports,
  each: ControllerHandler,
  type: TransportType,
): void {
  if (transports.serves(type)) return;
  const { call, from } = ENTRY_POINTS[type];
  const problem = `is reached by ${type}, which nothing here serves`;
  const cure = `Add transports: [${call}] to the options, from '${from}'.`;
  throw new AuthConfigurationError(nameOf(each), problem, cure);
}

/** What marks the handler of a message of a gateway. */
const MESSAGE = 'websockets:message_mapping';

/** By what marks a handler, the transport it needs. */
const NEEDED = {
  'graphql:resolver_type': 'graphql',
  'graphql:resolve_reference': 'graphql',
  [MESSAGE]: 'ws',
  'microservices:pattern': 'rpc',
} as const satisfies Readonly<Record<string, TransportType>>;

function unanswerable(handler: string): AuthConfigurationError {
  return new AuthConfigurationError(
    handler,
    'is a @GrpcStreamCall, which cannot be refused: Nest does not answer it, and the process ends',
    'Make it a @GrpcStreamMethod, or declare it @Public().',
  );
}
