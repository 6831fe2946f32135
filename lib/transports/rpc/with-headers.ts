import { MqttRecord, NatsRecord, RmqRecord } from '@nestjs/microservices';
import { isPending } from '../../core/maybe-promise.js';
import { ownProperty } from '../../core/own-property.js';
import { PropertyPath } from '../../core/property-path.js';
import { isMetadata } from '../grpc-call.js';

/** As `AuthService.messageHeaders()` makes them. */
export type Headers = Readonly<Record<string, string>>;

/** Of NATS, from either of its packages. */
interface NatsHeaders {
  keys(): readonly string[];
  values(name: string): readonly string[];
  append(name: string, value: string): void;
}

/**
 * A copy of what is sent, with headers in it: a record of NATS, RabbitMQ or MQTT, or the metadata of
 * gRPC. What it had under these names, in whatever case, is replaced.
 *
 * With a path, a payload: for TCP and Redis, where the receiver's `payloadHeaders` says; for Kafka,
 * `headers` of a message.
 *
 * @throws {TypeError} When it is nothing that has headers, or what is given are none, or no path.
 * @publicApi
 */
export function withHeaders<T extends object>(message: T, headers: Headers, path?: string): T {
  assertHeaders(headers);
  if (path !== undefined) return inside(message, segmentsOf(path), headers) as T;
  return made(message, headers) as T;
}

/** @throws {TypeError} As when nobody waited for them, and nothing would be sent. */
function assertHeaders(headers: unknown): void {
  const isGiven = typeof headers === 'object' && headers !== null && !isPending(headers);
  if (isGiven && Object.values(headers).every((value) => typeof value === 'string')) return;
  throw misused(
    'no headers',
    "Wait for them: withHeaders(message, await auth.messageHeaders('billing', { as: 'service' }))",
  );
}

function segmentsOf(path: string): readonly string[] {
  try {
    return PropertyPath.parse(path).segments;
  } catch {
    throw misused(
      'what is no path',
      "Write that of payloadHeaders of the receiver: 'headers', 'meta.headers'",
    );
  }
}

function misused(what: string, cure: string): TypeError {
  return new TypeError(`withHeaders() is given ${what}. ${cure}.`);
}

function made(message: object, headers: Headers): object {
  if (message instanceof RmqRecord) {
    const { data, options } = message as RmqRecord<unknown>;
    return new RmqRecord(data, { ...options, headers: merged(options?.headers, headers) });
  }
  if (message instanceof MqttRecord) return mqttRecord(message as MqttRecord<unknown>, headers);
  if (message instanceof NatsRecord) {
    const { data, headers: given } = message as NatsRecord<unknown, NatsHeaders | undefined>;
    return new NatsRecord(data, natsHeaders(given, headers));
  }
  if (isMetadata(message)) {
    const metadata = message.clone();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return metadata;
  }
  throw misused(
    'what has no headers',
    "Give it a record of NATS, RabbitMQ or MQTT (new RmqRecordBuilder(data).build()), or Metadata of gRPC; of a payload, say where in it they are: withHeaders(data, headers, 'headers')",
  );
}

function mqttRecord({ data, options }: MqttRecord<unknown>, headers: Headers): object {
  const { properties } = options ?? {};
  const userProperties = merged(properties?.userProperties, headers);
  // A message with none of them, and room for them, is not delivered (nestjs/nest#14079).
  const isEmpty = Object.keys(userProperties).length === 0;
  const all = isEmpty ? properties : { ...properties, userProperties };
  return new MqttRecord(data, { ...options, ...(all && { properties: all }) });
}

/** The headers of NATS are of a class of its package, which is not ours to import. */
function natsHeaders(given: NatsHeaders | undefined, headers: Headers): NatsHeaders {
  if (!given) {
    throw misused(
      'a record of NATS without headers, which only the package of NATS makes',
      "Build it with them: new NatsRecordBuilder(data).setHeaders(headers()).build(), with headers of '@nats-io/transport-node' or 'nats'",
    );
  }
  const copy = new (given.constructor as new () => NatsHeaders)();
  const kept = [...new Set(given.keys())].filter((name) => !isAmong(headers, name));
  for (const name of kept) for (const value of given.values(name)) copy.append(name, value);
  for (const [name, value] of Object.entries(headers)) copy.append(name, value);
  return copy;
}

function inside(
  holder: unknown,
  [name = '', ...rest]: readonly string[],
  headers: Headers,
): object {
  const isObject = typeof holder === 'object' && holder !== null && !Array.isArray(holder);
  if (!isObject && holder !== undefined) {
    throw misused(
      'a path through what is no object',
      'Let the payload be an object, and what is on the path be one, or nothing',
    );
  }
  const given = isObject ? ownProperty(holder, name) : undefined;
  const value = rest.length > 0 ? inside(given, rest, headers) : merged(objectIn(given), headers);
  return { ...holder, [name]: value };
}

function objectIn(given: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof given === 'object' && given !== null ? { ...given } : undefined;
}

function merged<V>(
  given: Readonly<Record<string, V>> = {},
  headers: Headers,
): Record<string, V | string> {
  const kept = Object.entries(given).filter(([name]) => !isAmong(headers, name));
  return { ...Object.fromEntries(kept), ...headers };
}

function isAmong(headers: Headers, name: string): boolean {
  return Object.keys(headers).some((each) => each.toLowerCase() === name.toLowerCase());
}
