import { resolveTokenUse } from '../../../lib/module/options/resolve-token-use.js';
import { InvalidCredential } from '../../../lib/core/auth-error.js';
import { checkClaims } from '../../../lib/verification/jwt/claim-checks.js';
import { freezeClaims, MAX_CLAIMS_DEPTH } from '../../../lib/verification/freeze-claims.js';
import type { JwtIssuer } from '../../../lib/verification/jwt/jwt-issuer.js';

const NOW = 1_800_000_000;
const ISSUER: JwtIssuer = {
  issuer: 'https://login.test/',
  audience: new Set(['api://orders', 'api://all']),
  algorithms: new Set(['ES256']),
  profile: undefined,
  clockToleranceSeconds: 5,
  maxTokenAgeSeconds: undefined,
  clientClaims: ['client_id', 'azp'],
  authorizedParties: undefined,
  demandsParty: true,
  tokenUse: [],
  serviceUse: [],
  keys: { kind: 'remote', jwksUri: undefined },
};
const GOOD = { sub: 'ann', aud: 'api://orders', exp: NOW + 60, iat: NOW, nbf: NOW };

function verdict(claims: object, issuer: JwtIssuer = ISSUER): string | number {
  try {
    const token = { header: {}, claims: claims as Record<string, unknown> };
    return checkClaims(token, issuer, NOW).expiresAt;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidCredential);
    return (error as InvalidCredential).reason;
  }
}

describe('checkClaims', () => {
  it('tells when the token expires', () => {
    expect(verdict(GOOD)).toBe(NOW + 60);
  });

  it.each([
    [{ exp: NOW - 4.9 }, NOW - 4.9],
    [{ exp: NOW - 5 }, 'token_expired'],
    [{ exp: -1 }, 'token_expired'],
    [{ exp: undefined }, 'missing_claim'],
    [{ exp: null }, 'claim_type'],
    [{ exp: String(NOW + 60) }, 'claim_type'],
    [{ exp: true }, 'claim_type'],
    [{ exp: Infinity }, 'claim_type'],
    [{ exp: {} }, 'claim_type'],
    [{ nbf: NOW + 5 }, NOW + 60],
    [{ nbf: NOW + 5.1 }, 'token_not_active'],
    [{ nbf: -Infinity }, 'claim_type'],
    [{ nbf: '0' }, 'claim_type'],
    [{ iat: NOW + 6 }, 'token_not_active'],
    [{ iat: Infinity }, 'claim_type'],
    [{ iat: undefined, nbf: undefined }, NOW + 60],
    [{ aud: undefined }, 'missing_claim'],
    [{ aud: 'api://orders/' }, 'aud_mismatch'],
    [{ aud: 'api://orders2' }, 'aud_mismatch'],
    [{ aud: 'api' }, 'aud_mismatch'],
    [{ aud: [] }, 'aud_mismatch'],
    [{ aud: ['x', 'api://all'] }, NOW + 60],
    [{ aud: ['api://all', 1] }, 'claim_type'],
    [{ aud: [['api://all']] }, 'claim_type'],
    [{ aud: { 0: 'api://all' } }, 'claim_type'],
    [{ aud: null }, 'aud_mismatch'],
    [{ sub: 7 }, 'claim_type'],
    [{ sub: '' }, 'claim_type'],
    [{ sub: ['ann'] }, 'claim_type'],
    [{ jti: 7 }, 'claim_type'],
    [{ client_id: {} }, 'claim_type'],
    [{ azp: false }, 'claim_type'],
    [{ cnf: { jkt: 'x' } }, 'confirmation_unsupported'],
    [{ cnf: null }, 'confirmation_unsupported'],
  ])('%j: %s', (changed, expected) => {
    expect(verdict({ ...GOOD, ...changed })).toBe(expected);
  });

  it('waives the audience where that is configured, and nothing else', () => {
    const waived = { ...ISSUER, audience: null };
    expect(verdict({ ...GOOD, aud: undefined }, waived)).toBe(NOW + 60);
    expect(verdict({ ...GOOD, aud: 'anybody' }, waived)).toBe(NOW + 60);
    expect(verdict({ ...GOOD, aud: [1] }, waived)).toBe('claim_type');
    expect(verdict({ ...GOOD, exp: 1 }, waived)).toBe('token_expired');
  });

  it('reads nothing from a polluted prototype', () => {
    const prototype = Object.prototype as { exp?: number; aud?: string };
    prototype.exp = NOW + 60;
    prototype.aud = 'api://orders';
    try {
      expect(verdict({ sub: 'ann' })).toBe('missing_claim');
    } finally {
      delete prototype.exp;
      delete prototype.aud;
    }
  });
});

describe('freezeClaims', () => {
  it('freezes through and through', () => {
    const claims = freezeClaims({ a: { b: [{ c: 1 }] } }) as { a: { b: { c: number }[] } };
    expect([claims, claims.a, claims.a.b, claims.a.b[0]].every(Object.isFrozen)).toBe(true);
  });

  it('drops members that would become a prototype', () => {
    const text = '{"__proto__":{"admin":true},"a":{"__proto__":{"admin":true},"b":1}}';
    const claims = freezeClaims(JSON.parse(text) as Record<string, unknown>);
    expect(JSON.stringify(claims)).toBe('{"a":{"b":1}}');
    expect((Object.assign({}, claims) as { admin?: boolean }).admin).toBeUndefined();
  });

  it('refuses what is nested too deeply', () => {
    const nested = (depth: number): Record<string, unknown> =>
      JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth)) as Record<string, unknown>;
    expect(() => freezeClaims(nested(MAX_CLAIMS_DEPTH))).not.toThrow();
    expect(() => freezeClaims(nested(MAX_CLAIMS_DEPTH + 1))).toThrow(InvalidCredential);
  });
});

const RFC9068 = { ...GOOD, iss: ISSUER.issuer, client_id: 'shop', jti: '1' };

describe('checkClaims, as the issuer is configured', () => {
  it('tells from when to when the token holds, with the tolerance of the clocks', () => {
    const claims = { ...GOOD, nbf: NOW - 10, iat: NOW - 20 };
    expect(checkClaims({ header: {}, claims }, ISSUER, NOW)).toEqual({
      expiresAt: NOW + 60,
      from: NOW - 15,
      until: NOW + 65,
    });
    const young = { ...ISSUER, maxTokenAgeSeconds: 30 };
    expect(checkClaims({ header: {}, claims }, young, NOW).until).toBe(NOW + 15);
  });

  it.each([
    [{ iat: NOW - 34 }, NOW + 60],
    [{ iat: NOW - 35 }, 'token_too_old'],
    [{ iat: undefined }, 'missing_claim'],
  ])('bounds the age of a token: %j', (claims, expected) => {
    const issuer = { ...ISSUER, maxTokenAgeSeconds: 30 };
    expect(verdict({ ...GOOD, nbf: undefined, ...claims }, issuer)).toBe(expected);
  });

  it.each(['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])(
    'asks for %s where the profile of RFC 9068 is',
    (name) => {
      const issuer = { ...ISSUER, profile: 'rfc9068' as const };
      expect(verdict(RFC9068, issuer)).toBe(NOW + 60);
      expect(verdict({ ...RFC9068, [name]: undefined }, issuer)).toBe('missing_claim');
    },
  );

  it.each([
    [{ azp: 'shop' }, NOW + 60],
    [{ client_id: 'shop' }, NOW + 60],
    [{ azp: 'shop', client_id: 'shop' }, NOW + 60],
    [{}, 'client_not_allowed'],
    [{ azp: 'Shop' }, 'client_not_allowed'],
    [{ azp: 'shop', client_id: 'other' }, 'client_not_allowed'],
    [{ azp: 'other', client_id: 'shop' }, 'client_not_allowed'],
    [{ azp: ['shop'] }, 'claim_type'],
  ])('accepts authorized parties only: %j', (claims, expected) => {
    const issuer = { ...ISSUER, authorizedParties: new Set(['shop']) };
    expect(verdict({ ...GOOD, ...claims }, issuer)).toBe(expected);
  });

  it.each([
    [{ token_use: 'access' }, NOW + 60],
    [{ token_use: 'id' }, 'token_use_mismatch'],
    [{ token_use: ['access'] }, 'token_use_mismatch'],
    [{}, 'token_use_mismatch'],
  ])('tells tokens apart by their use: %j', (claims, expected) => {
    const tokenUse = resolveTokenUse('tokenUse', { claim: 'token_use', value: 'access' });
    const issuer = { ...ISSUER, tokenUse };
    expect(verdict({ ...GOOD, ...claims }, issuer)).toBe(expected);
  });

  it('says first that a token is of another kind, for whomever it is meant', () => {
    const tokenUse = resolveTokenUse('tokenUse', { claim: 'token_use', value: 'access' });
    const issuer = { ...ISSUER, tokenUse, authorizedParties: new Set(['shop']) };
    const id = { ...GOOD, token_use: 'id', aud: 'shop' };
    expect(verdict(id, issuer)).toBe('token_use_mismatch');
    expect(verdict({ ...id, token_use: 'access' }, issuer)).toBe('aud_mismatch');
    expect(verdict({ ...GOOD, token_use: 'access' }, issuer)).toBe('client_not_allowed');
  });

  it('names the claims that the client was looked for in', () => {
    const issuer = {
      ...ISSUER,
      clientClaims: ['cid', 'azp'],
      authorizedParties: new Set(['shop']),
    };
    const check = (): unknown => checkClaims({ header: {}, claims: GOOD }, issuer, NOW);
    expect(check).toThrow(
      expect.objectContaining({ detail: 'cid or azp is any of shop' }) as Error,
    );
  });

  it.each([
    [{ cid: 'shop' }, NOW + 60],
    [{ azp: 'shop' }, 'client_not_allowed'],
    [{ cid: 7 }, 'claim_type'],
  ])('finds the client where the issuer names it: %j', (claims, expected) => {
    const issuer = {
      ...ISSUER,
      clientClaims: ['cid'],
      authorizedParties: new Set(['shop']),
    };
    expect(verdict({ ...GOOD, ...claims }, issuer)).toBe(expected);
  });

  it('accepts a token that names no client only where that is said', () => {
    const issuer = { ...ISSUER, authorizedParties: new Set(['shop']) };
    expect(verdict(GOOD, issuer)).toBe('client_not_allowed');
    expect(verdict(GOOD, { ...issuer, demandsParty: false })).toBe(NOW + 60);
    const other = { ...GOOD, azp: 'other' };
    expect(verdict(other, { ...issuer, demandsParty: false })).toBe('client_not_allowed');
  });

  it('lets a function decide on the audience, and takes nothing but true for a yes', () => {
    const audience = (answer: unknown): JwtIssuer => ({
      ...ISSUER,
      audience: (claims) => (claims['aud'] === 'api://orders' ? answer : false) as boolean,
    });
    expect(verdict(GOOD, audience(true))).toBe(NOW + 60);
    expect(verdict({ ...GOOD, aud: 'x' }, audience(true))).toBe('aud_mismatch');
    expect(verdict(GOOD, audience('yes'))).toBe('aud_mismatch');
    const throwing = (): never => {
      throw new Error('no');
    };
    expect(verdict(GOOD, { ...ISSUER, audience: throwing })).toBe('aud_mismatch');
    expect(verdict({ ...GOOD, aud: [7] }, audience(true))).toBe('claim_type');
  });
});
