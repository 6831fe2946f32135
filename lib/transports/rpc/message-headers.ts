import { KafkaContext, MqttContext, NatsContext, RmqContext } from '@nestjs/microservices';
import { ownProperty } from '../../core/own-property.js';
import { isMetadata } from '../grpc-call.js';

/** A header as a transport has it: its name in any case, and a text or several, or whatever else was sent. */
export type GivenHeader = readonly [name: string, value: unknown];

/** Of NATS, from either of its packages. */
interface NatsHeaders {
  keys(): readonly string[];
  values(name: string): readonly string[];
}

/**
 * The headers that a transport has beside the payload.
 *
 * @param message What stands for the message: its context, or the metadata of a call of gRPC.
 * @returns `undefined` where it has none, as TCP and Redis.
 */
export function transportHeaders(message: object): readonly GivenHeader[] | undefined {
  if (isMetadata(message)) return Object.entries(message.toHttp2Headers());
  if (message instanceof NatsContext)
    return natsHeaders(message.getHeaders() as NatsHeaders | undefined);
  if (message instanceof RmqContext) return members(message.getMessage(), 'properties', 'headers');
  if (message instanceof KafkaContext) return kafkaHeaders(message.getMessage());
  return;
}

/** Of MQTT 5; before, it had none. */
export function userProperties(message: object): readonly GivenHeader[] {
  const isMqtt = message instanceof MqttContext;
  return isMqtt ? members(message.getPacket(), 'properties', 'userProperties') : [];
}

/** The own members of an object, each a header. */
export function headersIn(value: unknown): readonly GivenHeader[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.entries(value) : [];
}

/** By their names in lower case, those that are texts: of several under one name, all. */
export function textsByName(given: readonly GivenHeader[]): ReadonlyMap<string, readonly string[]> {
  const texts = new Map<string, readonly string[]>();
  for (const [name, value] of given) {
    const key = name.toLowerCase();
    const found = [value].flat().filter((each) => typeof each === 'string');
    texts.set(key, [...(texts.get(key) ?? []), ...found]);
  }
  return texts;
}

function natsHeaders(headers: NatsHeaders | undefined): readonly GivenHeader[] {
  const names = new Set(headers?.keys());
  return [...names].map((name) => [name, headers?.values(name)]);
}

/** They are octets there. */
function kafkaHeaders(message: unknown): readonly GivenHeader[] {
  return members(message, 'headers').map(([name, value]) => [
    name,
    [value].flat().map((each) => (Buffer.isBuffer(each) ? each.toString() : each)),
  ]);
}

function members(holder: unknown, ...path: readonly string[]): readonly GivenHeader[] {
  let value = holder;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return [];
    value = ownProperty(value, name);
  }
  return headersIn(value);
}
