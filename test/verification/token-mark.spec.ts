import { resolveTokenUse } from '../../lib/module/options/resolve-token-use.js';
import type { TokenUseOptions } from '../../lib/module/options/issuer-options.js';
import { areExclusive, bears, checkMarks } from '../../lib/verification/token-mark.js';

function mark(options: TokenUseOptions): ReturnType<typeof resolveTokenUse>[number] {
  const [only] = resolveTokenUse('use', options);
  if (!only) throw new Error('There is none');
  return only;
}

describe('a mark of a token', () => {
  it.each<[TokenUseOptions, object, boolean]>([
    [{ claim: 'use', value: 'access' }, { use: 'access' }, true],
    [{ claim: 'use', value: 'access' }, { use: 'Access' }, false],
    [{ claim: 'use', value: 'access' }, { use: ['access'] }, false],
    [{ claim: 'use', value: 'access' }, {}, false],
    [{ claim: 'use', value: ['a', 'b'] }, { use: 'b' }, true],
    [{ claim: 'use', value: 'access', optional: true }, {}, true],
    [{ claim: 'use', value: 'access', optional: true }, { use: 'id' }, false],
    [{ claim: 'anonymous', value: false }, { anonymous: false }, true],
    [{ claim: 'anonymous', value: false }, { anonymous: 'false' }, false],
    [{ claim: 'sub', startsWith: 'user_' }, { sub: 'user_1' }, true],
    [{ claim: 'sub', startsWith: 'user_' }, { sub: 'mch_1' }, false],
    [{ claim: 'sub', startsWith: 'user_' }, { sub: ['user_1'] }, false],
    [{ claim: 'sid', present: true }, { sid: 's' }, true],
    [{ claim: 'sid', present: true }, {}, false],
    [{ claim: 'nonce', present: false }, {}, true],
    [{ claim: 'nonce', present: false }, { nonce: null }, false],
    [{ claim: 'constructor', present: true }, {}, false],
  ])('%j of %j: %j', (options, claims, expected) => {
    const token = { header: {}, claims: claims as Record<string, unknown> };
    expect(bears(token, mark(options))).toBe(expected);
  });

  it.each([
    ['at+jwt', true],
    ['AT+JWT', true],
    ['application/at+jwt', true],
    ['jwt', false],
    [undefined, false],
    [['at+jwt'], false],
  ])('reads the type of a header as media types are compared: %j', (typ, expected) => {
    const token = { header: { typ }, claims: { typ: 'at+jwt' } };
    expect(bears(token, mark({ header: 'typ', value: 'at+jwt' }))).toBe(expected);
  });

  it.each<TokenUseOptions>([
    { header: 'typ', value: 'JWT' },
    { header: 'typ', value: ['application/JWT'] },
    { header: 'typ', startsWith: 'application/J' },
  ])('compares what is configured as it compares the header: %j', (options) => {
    for (const typ of ['JWT', 'jwt', 'application/jwt']) {
      expect(bears({ header: { typ }, claims: {} }, mark(options))).toBe(true);
    }
    expect(bears({ header: { typ: 'at+jwt' }, claims: {} }, mark(options))).toBe(false);
    const claim = { ...options, header: undefined, claim: 'typ' };
    const named = Object.fromEntries(
      Object.entries(claim).filter(([, value]) => value !== undefined),
    );
    expect(bears({ header: {}, claims: { typ: 'jwt' } }, mark(named))).toBe(false);
  });

  it('says what is missing, by words of the configuration', () => {
    const token = { header: {}, claims: { use: 'secret' } };
    const detail = (options: TokenUseOptions): string | undefined => {
      try {
        checkMarks(token, [mark(options)]);
        return undefined;
      } catch (failure) {
        return (failure as { detail?: string }).detail;
      }
    };
    expect(detail({ claim: 'use', value: ['a', 'b'] })).toBe('use is a or b');
    expect(detail({ claim: 'use', value: 'a', optional: true })).toBe('use is a, or is not there');
    expect(detail({ header: 'typ', value: 'at+jwt' })).toBe('typ of the header is at+jwt');
    expect(detail({ claim: 'use', startsWith: 'a' })).toBe('use begins with a');
    expect(detail({ claim: 'use', present: false })).toBe('use is not there');
    expect(detail({ claim: 'sid', present: true })).toBe('sid is there');
  });

  it.each<[TokenUseOptions, TokenUseOptions, boolean]>([
    [{ claim: 'a', value: 'x' }, { claim: 'a', value: 'y' }, true],
    [{ claim: 'a', value: 'x' }, { claim: 'a', value: ['y', 'x'] }, false],
    [{ claim: 'a', value: 'x' }, { claim: 'b', value: 'y' }, false],
    [{ claim: 'a', value: 'x' }, { header: 'a', value: 'y' }, false],
    [{ claim: 'a', value: 'x' }, { claim: 'a', startsWith: 'y' }, true],
    [{ claim: 'a', value: 'yes' }, { claim: 'a', startsWith: 'y' }, false],
    [{ claim: 'a', startsWith: 'xy' }, { claim: 'a', startsWith: 'x' }, false],
    [{ claim: 'a', startsWith: 'x' }, { claim: 'a', startsWith: 'y' }, true],
    [{ claim: 'a', present: true }, { claim: 'a', present: false }, true],
    [{ claim: 'a', present: true }, { claim: 'a', value: 'x' }, false],
    [{ claim: 'a', present: false }, { claim: 'a', value: 'x' }, true],
    [{ claim: 'a', present: false }, { claim: 'a', value: 'x', optional: true }, false],
    [{ claim: 'a', value: 'x', optional: true }, { claim: 'a', value: 'y' }, true],
    [{ claim: 'a', value: 'x', optional: true }, { claim: 'a', value: 'y', optional: true }, false],
  ])('%j and %j exclude each other: %j', (one, other, expected) => {
    expect(areExclusive([mark(one)], [mark(other)])).toBe(expected);
    expect(areExclusive([mark(other)], [mark(one)])).toBe(expected);
  });
});
