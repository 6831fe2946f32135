import type { AuthRequest } from '../../lib/core/auth-request.js';
import { InvalidRequest } from '../../lib/core/auth-error.js';
import { AuthorizationExtractor } from '../../lib/credential/authorization-extractor.js';
import { CookieExtractor } from '../../lib/credential/cookie-extractor.js';

const request = (name: string, ...values: string[]): AuthRequest => ({
  method: 'GET',
  remoteAddress: undefined,
  host: undefined,
  header: (asked) => (asked === name ? values : []),
  parameter: () => undefined,
});

describe('AuthorizationExtractor', () => {
  const extract = (...values: string[]): string | undefined =>
    new AuthorizationExtractor('Bearer').extract(request('authorization', ...values))?.value;

  it.each([
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer a.b.c', 'a.b.c'],
    ['BEARER   a.b.c  ', 'a.b.c'],
    ['Bearer a-._~+/==', 'a-._~+/=='],
    ['Bearer a\u00a0', 'a\u00a0'],
  ])('finds the token of %j', (header, token) => {
    expect(extract(header)).toBe(token);
  });

  it.each(['', 'Basic YTpi', 'BearerX a', 'a.b.c', 'Bearer,x'])('finds none in %j', (header) => {
    expect(extract(header)).toBeUndefined();
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer\ta',
    'Bearer a b',
    'Bearer a,b',
    'Bearer token="a"',
    'Bearer {"a":1}',
  ])('refuses %j', (header) => {
    expect(() => extract(header)).toThrow(InvalidRequest);
  });

  it('refuses two headers, whatever they are', () => {
    expect(() => extract('Basic YTpi', 'Bearer a')).toThrow(InvalidRequest);
  });

  it('is not slowed down by spaces', () => {
    const started = performance.now();
    expect(() => extract(`Bearer${' '.repeat(50_000)},`)).toThrow(InvalidRequest);
    expect(() => extract(`Bearer a${' '.repeat(50_000)},`)).toThrow(InvalidRequest);
    expect(() => extract(`Bearer${' '.repeat(50_000)}`)).toThrow(InvalidRequest);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('CookieExtractor', () => {
  const extract = (...values: string[]): string | undefined =>
    new CookieExtractor('sid').extract(request('cookie', ...values))?.value;

  it.each([
    ['sid=a', 'a'],
    ['x=1; sid=a; y=2', 'a'],
    [' sid = a ', 'a'],
    ['sid="a"', 'a'],
    ['sid=a=b', 'a=b'],
  ])('finds the token in %j', (header, token) => {
    expect(extract(header)).toBe(token);
  });

  it.each([`a${' '.repeat(100_000)}b=1`, `sid=a${'\t'.repeat(100_000)}b`, ';'.repeat(100_000)])(
    'is not slowed down by a header of 100,000 characters',
    (header) => {
      const started = performance.now();
      extract(header);
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );

  it('reads a header that came in parts', () => {
    expect(extract('x=1', 'sid=a')).toBe('a');
  });

  it.each([
    '',
    'sid',
    'sid=',
    'sid=""',
    'xsid=a',
    'sidx=a',
    '=sid',
    'SID=a',
    '\u00a0sid=a',
    'sid\u3000=a',
  ])('finds none in %j', (header) => {
    expect(extract(header)).toBeUndefined();
  });

  it.each([[['sid=a; sid=b']], [['sid=a', 'sid=b']], [['sid=a; sid=']]])(
    'refuses %j',
    (headers) => {
      expect(() => extract(...headers)).toThrow(InvalidRequest);
    },
  );
});
