import { InvalidCredential } from '../../lib/core/auth-error.js';
import { compileClaimMap, type ClaimMap } from '../../lib/principal/claim-map.js';
import { readNames, readValue } from '../../lib/principal/claim-source.js';

function roles(claims: object, source?: ClaimMap['roles']): readonly string[] {
  return rolesIn(undefined, claims, source);
}

function spoken(
  claims: object,
  organizationId?: string,
): { claims: Record<string, unknown>; organizationId: string | undefined } {
  return { claims: claims as Record<string, unknown>, organizationId };
}

function rolesIn(
  organizationId: string | undefined,
  claims: object,
  source?: ClaimMap['roles'],
): readonly string[] {
  const map = compileClaimMap(source === undefined ? {} : { roles: source });
  return readNames(spoken(claims, organizationId), map.roles);
}

describe('a claim map', () => {
  it('puts several places together', () => {
    const union = [
      { path: 'realm_access.roles' },
      'groups',
      { path: 'more', format: 'space' },
    ] as const;
    const claims = { realm_access: { roles: ['a'] }, groups: null, more: 'b c' };
    expect(roles(claims, { union })).toEqual(['a', 'b', 'c']);
    expect(roles({ more: '', roles: ['d'] }, [{ union }, 'roles'])).toEqual([]);
    expect(roles({ roles: ['d'] }, [{ union }, 'roles'])).toEqual(['d']);
  });

  it('reads the roles that somebody has inside the organization', () => {
    const claims = { tenants: { acme: { roles: ['a'] }, other: { roles: ['b'] } } };
    const source = 'tenants.{organization}.roles';
    expect(rolesIn('acme', claims, source)).toEqual(['a']);
    expect(rolesIn('other', claims, source)).toEqual(['b']);
    expect(rolesIn(undefined, claims, source)).toEqual([]);
    expect(rolesIn('constructor', claims, source)).toEqual([]);
    expect(rolesIn('__proto__', claims, source)).toEqual([]);
  });

  it('takes a quoted name for what it says', () => {
    const claims = { tenants: { acme: { roles: ['a'] }, '{organization}': { roles: ['b'] } } };
    expect(rolesIn('acme', claims, 'tenants["{organization}"].roles')).toEqual(['b']);
    const both = { acme: { '{organization}': ['c'] } };
    expect(rolesIn('acme', both, '{organization}["{organization}"]')).toEqual(['c']);
  });

  it('asks a function, and leaves to the next source what it knows nothing of', () => {
    const reader: ClaimMap['roles'] = (claims, { organizationId }) =>
      claims['is_admin'] === true ? [`admin of ${String(organizationId)}`] : undefined;
    expect(rolesIn('acme', { is_admin: true }, reader)).toEqual(['admin of acme']);
    expect(roles({ roles: ['x'] }, [reader, 'roles'])).toEqual(['x']);
    const unsafe: ClaimMap['roles'] = (claims) => (claims['a'] as { b: string }).b;
    expect(() => roles({}, unsafe)).toThrow(InvalidCredential);
  });

  it('reads grants of the organization that the caller acts in, and none without one', () => {
    const granted = {
      editor: { acme: 1, other: 1 },
      admin: { other: 1 },
      '': { acme: 1 },
      odd: 'acme',
    };
    const source = { path: 'r', format: 'grants' } as const;
    expect(rolesIn('acme', { r: granted }, source)).toEqual(['editor']);
    expect(rolesIn('other', { r: [granted, { owner: { other: 1 } }, 7] }, source)).toEqual([
      'editor',
      'admin',
      'owner',
    ]);
    expect(rolesIn(undefined, { r: granted }, source)).toEqual([]);
    expect(rolesIn('constructor', { r: granted }, source)).toEqual([]);
    expect(rolesIn('acme', { r: 'editor' }, source)).toEqual([]);
  });

  it('refuses a token whose reader returns a promise, and does not let it end the process', () => {
    const resolves: ClaimMap['roles'] = () => Promise.resolve(['admin']);
    const rejects: ClaimMap['roles'] = () => Promise.reject(new Error('late'));
    expect(() => roles({}, resolves)).toThrow(InvalidCredential);
    expect(() => roles({}, rejects)).toThrow(InvalidCredential);
  });

  it('finds a value in the first place that has one', () => {
    const { actor } = compileClaimMap({ actor: ['impersonator', { union: ['act'] }] });
    expect(readValue(spoken({ act: { sub: 'x' } }), actor)).toEqual({ sub: 'x' });
    expect(readValue(spoken({ impersonator: null }), actor)).toBeUndefined();
  });

  it.each([
    [{ roles: ['a', 'b'] }, ['a', 'b']],
    [{ roles: 'a' }, ['a']],
    [{ roles: 'a b' }, ['a b']],
    [{ roles: ['a', 1, null, {}, true, ''] }, ['a']],
    [{ roles: { admin: true } }, []],
    [{ roles: { 0: 'admin', length: 1 } }, []],
    [{ roles: 7 }, []],
    [{ roles: null }, []],
    [{}, []],
  ])('reads a list by default: %j', (claims, expected) => {
    expect(roles(claims)).toEqual(expected);
  });

  it.each([
    ['space', 'a b  c', ['a', 'b', 'c']],
    ['space', 'a\tb\nc', ['a\tb\nc']],
    ['space', ['a b', 'c'], ['a b', 'c']],
    ['space', 7, []],
    ['comma', ' a , b,,c d', ['a', 'b', 'c d']],
    ['keys', { a: { b: 1 }, c: null }, ['a', 'c']],
    ['keys', ['a', 7], ['a']],
    ['keys', { '': 1, ' ': 2 }, []],
    ['keys', 'a', []],
  ] as const)('reads the form %s of %j', (format, value, expected) => {
    expect(roles({ r: value }, { path: 'r', format })).toEqual(expected);
  });

  it('tries several sources in order: the first with a value decides', () => {
    const sources = [
      'realm_access.roles',
      '["https://x/roles"]',
      { path: 'r', format: 'comma' },
    ] as const;
    expect(roles({ realm_access: { roles: ['a'] }, r: 'b' }, sources)).toEqual(['a']);
    expect(roles({ realm_access: {}, 'https://x/roles': null, r: 'b,c' }, sources)).toEqual([
      'b',
      'c',
    ]);
    expect(roles({ realm_access: { roles: [] }, r: 'b' }, sources)).toEqual([]);
  });

  it.each([
    ['admin', ['admin', 'org:admin']],
    ['org:admin', ['admin', 'org:admin']],
    ['org:org:admin', ['admin', 'org:admin']],
    ['organizer', ['organizer', 'org:organizer']],
    ['Org:admin', ['Org:admin', 'org:Org:admin']],
    ['org:', ['org:']],
    [
      ['org:a', 'b', 7],
      ['a', 'org:a', 'b', 'org:b'],
    ],
  ])('takes a name with and without its optional prefix for the same: %j', (value, expected) => {
    expect(roles({ r: value }, { path: 'r', optionalPrefix: 'org:' })).toEqual(expected);
  });

  it('reads own properties only', () => {
    expect(roles(Object.create({ roles: ['admin'] }) as object)).toEqual([]);
    expect(roles({}, 'constructor.name')).toEqual([]);
  });

  it('has the usual places for scopes and organization', () => {
    const { scopes, organizationId } = compileClaimMap();
    expect(readNames(spoken({ scope: 'a b' }), scopes)).toEqual(['a', 'b']);
    expect(readNames(spoken({ scp: ['a', 'b'] }), scopes)).toEqual(['a', 'b']);
    expect(readNames(spoken({ org_id: 'o' }), organizationId)).toEqual(['o']);
    expect(readNames(spoken({ organization_id: 'o' }), organizationId)).toEqual(['o']);
  });
});
