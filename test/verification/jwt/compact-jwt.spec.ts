import fc from 'fast-check';
import { InvalidCredential } from '../../../lib/core/auth-error.js';
import { parseCompactJwt } from '../../../lib/verification/jwt/compact-jwt.js';
import { MAX_TOKEN_LENGTH } from '../../../lib/verification/token-length.js';

const base64url = (octets: string | Uint8Array): string =>
  Buffer.from(octets).toString('base64url');
const HEADER = base64url('{"alg":"ES256"}');
const CLAIMS = base64url('{"iss":"x"}');

function reasonOf(token: string): string {
  try {
    parseCompactJwt(token);
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidCredential);
    return (error as InvalidCredential).reason;
  }
}

describe('parseCompactJwt', () => {
  it('reads header and claims', () => {
    expect(parseCompactJwt(`${HEADER}.${CLAIMS}.AA`)).toEqual({
      header: { alg: 'ES256' },
      claims: { iss: 'x' },
      isSigned: true,
    });
  });

  it.each([
    ['nothing', '', 'token_malformed'],
    ['two parts', `${HEADER}.${CLAIMS}`, 'token_malformed'],
    ['no claims', `${HEADER}..AA`, 'token_malformed'],
    ['five parts', `${HEADER}.${CLAIMS}.AA.AA.AA`, 'token_malformed'],
    ['padding', `${HEADER}.${CLAIMS}.AA==`, 'token_malformed'],
    ['unused bits that are set', `${HEADER}.${CLAIMS}.AB`, 'token_malformed'],
    ['the other alphabet', `${HEADER}.${CLAIMS}.A+/A`, 'token_malformed'],
    ['a space', `${HEADER}.${CLAIMS}.AA AA`, 'token_malformed'],
    ['a line break', `${HEADER}.${CLAIMS}.AAAA\n`, 'token_malformed'],
    ['a header that is no JSON', `AAAA.${CLAIMS}.AA`, 'token_malformed'],
    ['a header that is a list', `${base64url('[]')}.${CLAIMS}.AA`, 'token_malformed'],
    ['a byte order mark', `${base64url('\ufeff{"alg":"ES256"}')}.${CLAIMS}.AA`, 'token_malformed'],
    ['claims that are null', `${HEADER}.${base64url('null')}.AA`, 'claims_not_object'],
    ['claims that are no JSON', `${HEADER}.${base64url('a.b.c')}.AA`, 'claims_not_object'],
    [
      'claims not in UTF-8',
      `${HEADER}.${base64url(Uint8Array.of(0x22, 0xff))}.AA`,
      'claims_not_object',
    ],
    ['too long a token', `${HEADER}.${'A'.repeat(MAX_TOKEN_LENGTH)}.AA`, 'token_too_large'],
  ])('refuses %s', (_, token, reason) => {
    expect(reasonOf(token)).toBe(reason);
  });

  it('reads what nobody signed, and says so', () => {
    expect(parseCompactJwt(`${HEADER}.${CLAIMS}.`)).toMatchObject({ isSigned: false });
  });

  it('accepts one spelling of each token', () => {
    const canonical = `${HEADER}.${CLAIMS}.${base64url(Uint8Array.of(1, 2, 3, 4))}`;
    const position = fc.integer({ min: 0, max: canonical.length - 1 });
    const character = fc.constantFrom(...'AQgwBCDE-_+/= .\n');
    fc.assert(
      fc.property(position, character, (at, other) => {
        const changed = canonical.slice(0, at) + other + canonical.slice(at + 1);
        const decoded = (token: string): string =>
          token
            .split('.')
            .map((part) => Buffer.from(part, 'base64url').toString('hex'))
            .join('.');
        const sameOctets = changed !== canonical && decoded(changed) === decoded(canonical);
        expect(sameOctets && reasonOf(changed) === 'accepted').toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not quote the token in what it throws', () => {
    try {
      parseCompactJwt(`${base64url('{"secret":oops}')}.${CLAIMS}.AA`);
    } catch (error) {
      expect(String((error as Error).cause)).toBe('not JSON');
    }
    expect.assertions(1);
  });
});
