import type { ExecutionContext } from '@nestjs/common';
import { BaseRpcContext, Transport as NestTransport } from '@nestjs/microservices';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { hiddenNotes } from '../../core/hidden-notes.js';
import { ownMembers } from '../../core/own-property.js';
import { PropertyPath } from '../../core/property-path.js';
import { isGrpcCall, isMetadata } from '../grpc-call.js';
import { rpcCallOf } from '../invocation.js';
import type { Transport } from '../transport.js';
import { RpcExchange } from './rpc-exchange.js';

/** How messages of microservices are read. */
export interface MicroservicesOptions {
  /**
   * Where in the payload the headers are, on transports that have none (TCP, Redis, MQTT before 5): a
   * path to an object, own members only, such as `headers` or `meta.headers`. It has `authorization`, and
   * whatever else headers have elsewhere (`x-request-id`); the object, and what held nothing else, is taken
   * out of the payload before the handler sees it. On NATS, RabbitMQ, Kafka and gRPC it counts for nothing.
   *
   * A payload may be logged or kept on its way, and with it the credential.
   *
   * @default none: who sends a message over such a transport is nobody
   */
  readonly payloadHeaders?: string;
}

const [PAYLOAD, CALL] = [0, 2];

/**
 * Serves handlers of messages: `transports: [microservices()]`. A credential is read from the headers of
 * NATS, RabbitMQ and Kafka, the user properties of MQTT 5, and the metadata of gRPC.
 *
 * @throws {AuthConfigurationError} When an option is none.
 * @publicApi
 */
export function microservices(options: MicroservicesOptions = {}): Transport {
  const path = pathOf(options);
  // Several guards ask for that of one call.
  const exchanges = hiddenNotes<RpcExchange>();
  return {
    type: 'rpc',
    cure: CONTEXT_CURE,
    warningOf: (server) => (path ? undefined : warningOf(server)),
    exchangeOf: (context) => {
      const call = rpcCallOf(context);
      if (!call || !isOfOneMessage(call.message)) return;
      const exchange = exchanges.get(call) ?? new RpcExchange(messageIn(context, call), path);
      exchanges.set(call, exchange);
      return exchange;
    },
  };
}

/** By the names that Nest gives them, those of its servers whose messages have no headers, whatever is set. */
const WITHOUT_HEADERS = new Map<unknown, string>([
  [NestTransport.TCP, 'TCP'],
  [NestTransport.REDIS, 'Redis'],
]);

function warningOf(server: unknown): string | undefined {
  const { transportId } = (server ?? {}) as { readonly transportId?: unknown };
  const name = WITHOUT_HEADERS.get(transportId);
  if (name === undefined) return;
  return `over ${name}: messages there have no headers, and so no credential: say where in the payload they are, microservices({ payloadHeaders: 'headers' }), or declare @Public() what anybody may call`;
}

/** Another object may stand for several messages, of which one must not be taken for another. */
function isOfOneMessage(key: object): boolean {
  return key instanceof BaseRpcContext || isMetadata(key) || isGrpcCall(key);
}

function messageIn(
  context: ExecutionContext,
  key: NonNullable<ReturnType<typeof rpcCallOf>>,
): ConstructorParameters<typeof RpcExchange>[0] {
  const payload: unknown = context.getArgByIndex(PAYLOAD);
  const call: unknown = context.getArgByIndex(CALL);
  const { handler, message: shared } = key;
  return { key, shared, payload, handler, call: payload === shared ? payload : call };
}

const CONTEXT_CURE =
  'let the strategy pass its handlers a context of its own for each message, of a class that extends BaseRpcContext';

const CURE =
  "Give a path to an object in the payload, or nothing: microservices({ payloadHeaders: 'headers' }).";

function pathOf(given: unknown): PropertyPath | undefined {
  const option = 'microservices()';
  if (typeof given !== 'object' || given === null) {
    throw new AuthConfigurationError(option, 'is given no options', CURE);
  }
  const stranger = Object.keys(given).find((name) => name !== 'payloadHeaders');
  if (stranger !== undefined) {
    throw new AuthConfigurationError(`${option}: ${stranger}`, 'is no option', CURE);
  }
  const { payloadHeaders } = ownMembers<MicroservicesOptions>(given);
  if (payloadHeaders === undefined) return;
  try {
    return PropertyPath.parse(payloadHeaders);
  } catch {
    throw new AuthConfigurationError(`${option}: payloadHeaders`, 'is no path', CURE);
  }
}
