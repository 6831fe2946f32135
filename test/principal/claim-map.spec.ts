import { compileClaimMap, readNames, type ClaimMap } from '../../lib/principal/claim-map.js';

function roles(claims: object, source?: ClaimMap['roles']): readonly string[] {
  return readNames(claims, compileClaimMap(source === undefined ? {} : { roles: source }).roles);
}

describe('a claim map', () => {
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
    expect(readNames({ scope: 'a b' }, scopes)).toEqual(['a', 'b']);
    expect(readNames({ scp: ['a', 'b'] }, scopes)).toEqual(['a', 'b']);
    expect(readNames({ org_id: 'o' }, organizationId)).toEqual(['o']);
    expect(readNames({ organization_id: 'o' }, organizationId)).toEqual(['o']);
  });
});
