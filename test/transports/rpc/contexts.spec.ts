import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { KafkaContext, TcpContext } from '@nestjs/microservices';
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

describe('headers in a payload', () => {
  /** What is left of a payload when its headers were taken out. */
  function leftOf(text: string): unknown {
    const payload = JSON.parse(text) as unknown;
    const message = new TcpContext([{}, 'pattern'] as never);
    const context = new ExecutionContextHost([payload, message]);
    context.setType('rpc');
    const exchange = microservices({ payloadHeaders: 'meta.sent.headers' }).exchangeOf(context);
    expect(exchange?.request.header('authorization')).toEqual(
      text.includes('authorization') ? ['Bearer a'] : [],
    );
    return payload;
  }

  const headers = '"headers":{"authorization":"Bearer a"}';

  it.each([
    ['with what held nothing else', `{"page":1,"meta":{"sent":{${headers}}}}`, { page: 1 }],
    [
      'without what held something else',
      `{"meta":{"sent":{${headers}},"at":1}}`,
      { meta: { at: 1 } },
    ],
    [
      'without what holds what is nothing',
      `{"meta":{"sent":{${headers},"by":null}}}`,
      { meta: { sent: { by: null } } },
    ],
    ['and no payload with them', `{"meta":{"sent":{${headers}}}}`, {}],
    ['and not what was empty before', '{"meta":{"sent":{}}}', { meta: { sent: {} } }],
    ['whatever they are', '{"meta":{"sent":{"headers":null}}}', {}],
    ['of an object only', `{"meta":[{"sent":{}}]}`, { meta: [{ sent: {} }] }],
  ])('are taken out %s', (_, text, left) => {
    expect(leftOf(text)).toEqual(left);
  });
});
