import { parseChallenge } from './challenge-parser.js';

describe('parseChallenge', () => {
  it.each([
    ['Bearer', { scheme: 'bearer', parameters: {} }],
    ['Bearer realm="api"', { scheme: 'bearer', parameters: { realm: 'api' } }],
    [
      'DPoP error="a, b=\\"c\\"", ALGS=ES256',
      { scheme: 'dpop', parameters: { error: 'a, b="c"', algs: 'ES256' } },
    ],
  ])('reads %s', (value, challenge) => {
    expect(parseChallenge(value)).toEqual(challenge);
  });

  it.each([
    '',
    '="x"',
    'Bearer realm',
    'Bearer realm="api',
    'Bearer realm="api" error="x"',
    'Bearer realm="api", realm="b"',
    'Bearer realm="api", Basic realm="b"',
  ])('refuses %j', (value) => {
    expect(() => parseChallenge(value)).toThrow(SyntaxError);
  });
});
