import { Forbidden, InvalidCredential } from '../../lib/core/auth-error.js';
import { Credential } from '../../lib/core/credential.js';
import { credentialOf, type Principal } from '../../lib/core/principal.js';
import { compileClaimMap, type ClaimMap } from '../../lib/principal/claim-map.js';
import { PrincipalMapper } from '../../lib/principal/principal-mapper.js';

const ISSUER = 'https://login.test/';
const CREDENTIAL = new Credential('header', 'token');

function map(claims: Record<string, unknown>, claimMap?: ClaimMap): Principal {
  const mapper = new PrincipalMapper({
    ofKinds: new Map([['jwt', new Map(claimMap && [[ISSUER, compileClaimMap(claimMap)]])]]),
    ofSources: new WeakMap(),
  });
  return mapper.map({ claims, kind: 'jwt', issuer: ISSUER, expiresAt: 7, credential: CREDENTIAL });
}

describe('PrincipalMapper', () => {
  it('makes a principal of the claims', () => {
    const claims = {
      sub: 'ann',
      roles: ['a'],
      permissions: ['b'],
      scope: 'c d',
      org_id: 'acme',
      act: { sub: 'support' },
    };
    const principal = map(claims);
    expect(JSON.parse(JSON.stringify(principal))).toEqual({
      kind: 'user',
      subject: 'ann',
      organizationId: 'acme',
      roles: ['a'],
      permissions: ['b'],
      scopes: ['c', 'd'],
      issuer: ISSUER,
      credentialKind: 'jwt',
      expiresAt: 7,
      actor: { subject: 'support', claims: { sub: 'support' } },
      claims,
    });
    expect(Object.isFrozen(principal)).toBe(true);
    expect(credentialOf(principal)).toBe(CREDENTIAL);
  });

  it.each([
    [{ sub: 'ann' }, 'user', 'ann'],
    [{ sub: 'ann', client_id: 'web' }, 'user', 'ann'],
    [{ sub: 'ann', azp: 'web' }, 'user', 'ann'],
    [{ sub: 'job', client_id: 'job' }, 'service', 'job'],
    [{ sub: 'job', azp: 'job' }, 'service', 'job'],
    [{ client_id: 'job' }, 'service', 'job'],
  ])('tells users from services: %j', (claims, kind, subject) => {
    expect(map(claims)).toMatchObject({ kind, subject });
  });

  it('tells who acts, and refuses a token of which nobody can tell', () => {
    const act = { sub: 'support', reason: 'ticket 7', act: { sub: 'robot' } };
    const principal = map({ sub: 'ann', act });
    expect(principal.actor).toEqual({ subject: 'support', reason: 'ticket 7', claims: act });
    const claimMap = { actor: ['impersonator', 'act'] };
    const impersonated = map({ sub: 'ann', impersonator: { email: 'e@x.test' } }, claimMap);
    expect(impersonated.actor?.subject).toBe('e@x.test');
    expect(map({ sub: 'ann', impersonator: 'support' }, claimMap).actor?.subject).toBe('support');
    expect(map({ sub: 'ann', act: null }).actor).toBeUndefined();
    for (const malformed of [{}, { sub: 7 }, { sub: '' }, true, 7, [], '']) {
      expect(() => map({ sub: 'ann', act: malformed })).toThrow(InvalidCredential);
    }
  });

  it('lets an issuer that belongs to an organization speak for that one only', () => {
    const mapper = new PrincipalMapper({
      ofSources: new WeakMap(),
      ofKinds: new Map([['jwt', new Map([[ISSUER, compileClaimMap({}, 'acme')]])]]),
    });
    const of = (claims: Record<string, unknown>): string | undefined =>
      mapper.map({
        claims: { sub: 'ann', ...claims },
        kind: 'jwt',
        issuer: ISSUER,
        expiresAt: 7,
        credential: CREDENTIAL,
      }).organizationId;
    expect(of({})).toBe('acme');
    expect(of({ org_id: 'acme' })).toBe('acme');
    expect(() => of({ org_id: 'other' })).toThrow(Forbidden);
    expect(() => of({ org_id: ['acme', 'other'] })).toThrow(Forbidden);
  });

  it('takes the subject from where it is said to be', () => {
    expect(map({ sub: 'pairwise', oid: 'ann' }, { subject: ['oid', 'sub'] }).subject).toBe('ann');
    expect(() => map({ sub: 'ann', ids: ['a', 'b'] }, { subject: 'ids' })).toThrow(
      InvalidCredential,
    );
  });

  it('refuses a credential that does not say whose it is', () => {
    expect(() => map({})).toThrow(InvalidCredential);
    expect(() => map({ azp: 'the-client-of-many-users' })).toThrow(InvalidCredential);
  });

  it.each([
    [['a'], 'a'],
    [['a', 'b'], undefined],
    [{}, undefined],
    ['', undefined],
    [7, undefined],
  ])('assumes no organization where %j names none or several', (org_id, expected) => {
    expect(map({ sub: 'ann', org_id }).organizationId).toBe(expected);
  });

  it('follows the claim map of the issuer', () => {
    const claimMap: ClaimMap = {
      roles: 'realm_access.roles',
      permissions: 'actions',
      scopes: { path: 'scp', format: 'comma' },
      organizationId: { path: 'organization', format: 'keys' },
    };
    const claims = {
      sub: 'ann',
      realm_access: { roles: ['a'] },
      actions: ['b'],
      scp: 'c,d',
      organization: { acme: { id: '1' } },
      roles: ['not-this'],
    };
    const { roles, permissions, scopes, organizationId } = map(claims, claimMap);
    expect([[...roles], [...permissions], [...scopes], organizationId]).toEqual([
      ['a'],
      ['b'],
      ['c', 'd'],
      'acme',
    ]);
  });
});
