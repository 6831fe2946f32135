import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { KafkaContext } from '@nestjs/microservices';
import { microservices, withHeaders } from '../../../lib/transports/rpc/index.js';

/** What Nest passes to guards of a message of Kafka. */
function received(headers: object | undefined, payload: object = {}): ExecutionContextHost {
  const message = { key: null, value: payload, headers, timestamp: '0', offset: '0' };
  const kafka = new KafkaContext([message, 0, 'topic', {}, () => undefined, {}] as never);
  const context = new ExecutionContextHost([payload, kafka]);
  context.setType('rpc');
  return context;
}

const authorization = (context: ExecutionContextHost): readonly string[] | undefined =>
  microservices({ payloadHeaders: 'headers' }).exchangeOf(context)?.request.header('authorization');

describe('headers of Kafka', () => {
  it.each([
    [{ authorization: Buffer.from('Bearer a') }, ['Bearer a']],
    [{ Authorization: 'Bearer a' }, ['Bearer a']],
    [{ authorization: [Buffer.from('Bearer a'), 'Bearer b'] }, ['Bearer a', 'Bearer b']],
    [{ authorization: undefined }, []],
    [undefined, []],
  ])('%j', (headers, expected) => {
    expect(authorization(received(headers))).toEqual(expected);
  });

  it('and none of the payload', () => {
    const payload = { headers: { authorization: 'Bearer a' } };
    expect(authorization(received({}, payload))).toEqual([]);
    expect(payload).toEqual({ headers: { authorization: 'Bearer a' } });
  });

  it('are a member of what is sent', () => {
    const message = { key: '1', value: {}, headers: { kept: '1' } };
    expect(withHeaders(message, { authorization: 'Bearer a' }, 'headers')).toEqual({
      ...message,
      headers: { kept: '1', authorization: 'Bearer a' },
    });
  });
});

it('what is no context of one message is not served', () => {
  const connection = { headers: { authorization: 'Bearer a' } };
  const context = new ExecutionContextHost([{}, connection]);
  context.setType('rpc');
  expect(microservices().exchangeOf(context)).toBeUndefined();
});
