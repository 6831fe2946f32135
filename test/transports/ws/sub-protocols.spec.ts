import { choosingNoToken, tokensAmong } from '../../../lib/transports/ws/sub-protocols.js';

describe('tokens among sub-protocols', () => {
  it.each([
    [undefined, []],
    ['chat', []],
    ['bearer', []],
    ['bearer, a.b.c', ['a.b.c']],
    ['Bearer, a.b.c', ['a.b.c']],
    ['chat,bearer,a.b.c', ['a.b.c']],
    ['bearer, one, bearer, other', ['one', 'other']],
    ['a.b.c, bearer', []],
  ])('of %s', (header, tokens) => {
    expect(tokensAmong(header)).toEqual(tokens);
  });

  it.each([
    [['bearer', 'a.b.c'], 'bearer'],
    [['chat', 'bearer', 'a.b.c'], 'chat'],
    [['bearer', 'a.b.c', 'chat'], 'chat'],
    [['chat', 'other'], 'chat'],
    [['Bearer', 'a.b.c'], 'Bearer'],
    [['bearer.a.b.c'], false],
    [['x'.repeat(65)], false],
    [['x'.repeat(65), 'bearer'], 'bearer'],
    [[], false],
  ])('of %j, no token is chosen', (offered, choice) => {
    expect(choosingNoToken()(new Set(offered), undefined)).toBe(choice);
  });

  it('the application chooses among the others, and knows of no token', () => {
    const seen: string[][] = [];
    const last = choosingNoToken((offered) => {
      seen.push([...offered]);
      return [...offered].at(-1) ?? false;
    });
    expect(last(new Set(['v1', 'bearer', 'a.b.c', 'v2']), undefined)).toBe('v2');
    expect(last(new Set(['bearer', 'a.b.c']), undefined)).toBe('bearer');
    expect(seen).toEqual([['v1', 'v2']]);
    const careless = choosingNoToken(() => 'a.b.c');
    expect(careless(new Set(['v1', 'bearer', 'a.b.c']), undefined)).toBe('bearer');
  });
});
