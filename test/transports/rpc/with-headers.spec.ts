import { NatsRecordBuilder, RmqRecordBuilder } from '@nestjs/microservices';
import { withHeaders } from '../../../lib/transports/rpc/index.js';

const given = { authorization: 'Bearer secret' };

describe('withHeaders() says what to do instead', () => {
  it.each<[string, () => unknown, string]>([
    [
      'of what has no headers',
      () => withHeaders({ page: 1 }, given),
      "withHeaders() is given what has no headers. Give it a record of NATS, RabbitMQ or MQTT (new RmqRecordBuilder(data).build()), or Metadata of gRPC; of a payload, say where in it they are: withHeaders(data, headers, 'headers').",
    ],
    [
      'of nothing',
      () => withHeaders(undefined as never, given),
      "withHeaders() is given what has no headers. Give it a record of NATS, RabbitMQ or MQTT (new RmqRecordBuilder(data).build()), or Metadata of gRPC; of a payload, say where in it they are: withHeaders(data, headers, 'headers').",
    ],
    [
      'of a record of NATS without its headers',
      () => withHeaders(new NatsRecordBuilder({}).build(), given),
      "withHeaders() is given a record of NATS without headers, which only the package of NATS makes. Build it with them: new NatsRecordBuilder(data).setHeaders(headers()).build(), with headers of '@nats-io/transport-node' or 'nats'.",
    ],
    [
      'of a payload that is a text',
      () => withHeaders('text' as never, given, 'headers'),
      'withHeaders() is given a path through what is no object. Let the payload be an object, and what is on the path be one, or nothing.',
    ],
    [
      'of a text on the path',
      () => withHeaders({ meta: 'text' }, given, 'meta.headers'),
      'withHeaders() is given a path through what is no object. Let the payload be an object, and what is on the path be one, or nothing.',
    ],
    [
      'of a path that is none',
      () => withHeaders({}, given, 'meta..headers'),
      "withHeaders() is given what is no path. Write that of payloadHeaders of the receiver: 'headers', 'meta.headers'.",
    ],
    [
      'of headers that nobody waited for',
      () => withHeaders({}, Promise.resolve(given) as never, 'headers'),
      "withHeaders() is given no headers. Wait for them: withHeaders(message, await auth.messageHeaders('billing', { as: 'service' })).",
    ],
    [
      'of headers that are no texts',
      () => withHeaders(new RmqRecordBuilder({}).build(), { 'x-page': 1 } as never),
      "withHeaders() is given no headers. Wait for them: withHeaders(message, await auth.messageHeaders('billing', { as: 'service' })).",
    ],
    [
      'of no headers',
      () => withHeaders(new RmqRecordBuilder({}).build(), undefined as never),
      "withHeaders() is given no headers. Wait for them: withHeaders(message, await auth.messageHeaders('billing', { as: 'service' })).",
    ],
  ])('%s', (_, act, sentence) => {
    expect(act).toThrow(new TypeError(sentence));
  });
});
