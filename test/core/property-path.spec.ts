import fc from 'fast-check';
import { PropertyPath } from '../../lib/core/property-path.js';

const CLAIMS = {
  roles: ['a'],
  realm_access: { roles: ['b'] },
  'cognito:groups': ['c'],
  'https://x/roles': ['d'],
  resource_access: { 'my.client': { roles: ['e'] } },
  'quo"ted': 1,
  nothing: null,
};

describe('PropertyPath', () => {
  it.each([
    ['roles', ['a']],
    ['realm_access.roles', ['b']],
    ['cognito:groups', ['c']],
    ['["https://x/roles"]', ['d']],
    ['resource_access["my.client"].roles', ['e']],
    ['["resource_access"]["my.client"]["roles"]', ['e']],
    ['["quo\\"ted"]', 1],
    ['roles.0', 'a'],
    ['nothing', null],
    ['nothing.more', undefined],
    ['roles.missing.deeper', undefined],
    ['toString', undefined],
    ['constructor.name', undefined],
    ['__proto__', undefined],
    ['roles.length.toFixed', undefined],
  ])('reads %s', (path, value) => {
    expect(PropertyPath.parse(path).read(CLAIMS)).toEqual(value);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a[0]', '["a"', 'a"b', '[a]', 'a]', '["\\x"]'])(
    'refuses %j',
    (path) => {
      expect(() => PropertyPath.parse(path)).toThrow(SyntaxError);
    },
  );

  it.each([undefined, null, 'text', 7])('leads nowhere in %j', (root) => {
    expect(PropertyPath.parse('length').read(root)).toBeUndefined();
  });

  it('finds any own property by its quoted name', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (name, value) => {
        const root = Object.fromEntries([[name, value]]);
        expect(PropertyPath.parse(`[${JSON.stringify(name)}]`).read(root)).toBe(value);
      }),
    );
  });
});
