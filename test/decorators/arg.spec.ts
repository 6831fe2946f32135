import { arg } from '../../lib/index.js';

const BEGIN =
  "Begin with params, query or body, with args for GraphQL, or with payload for messages: arg('params.id').";

const member = (root: string): string =>
  `Name a member of it: arg('${root}.id'), arg('${root}["a name"]'). Of a ${root} that is no object, nothing can be read.`;

describe('arg', () => {
  it.each([
    ['payload', member('payload')],
    ['payload.', member('payload')],
    ['payload[0]', member('payload')],
    ['body', member('body')],
    ['query.a b', member('query')],
    ['', BEGIN],
    ['id', BEGIN],
    ['payloads', BEGIN],
    ['headers.authorization', BEGIN],
    ['.payload', BEGIN],
  ])('says of %j what is wrong with it', (text, cure) => {
    expect(() => arg(text)).toThrow(
      new Error(`arg(${JSON.stringify(text)}) is no path to an argument. ${cure}`),
    );
  });

  it.each(['payload.id', 'payload["a name"]', 'args.input.id', 'params.id'])('takes %s', (text) => {
    expect(arg(text).text).toBe(text);
  });
});
