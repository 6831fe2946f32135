import { authoritySet } from '../../lib/core/authority-set.js';
import type { Principal } from '../../lib/core/principal.js';
import { decide } from '../../lib/policy/decide.js';
import type { RouteRequirement } from '../../lib/policy/route-policy.js';

const principal: Principal = {
  kind: 'user',
  subject: 'ann',
  organizationId: undefined,
  roles: authoritySet(['editor', 'author']),
  permissions: authoritySet(['read']),
  scopes: authoritySet(['a']),
  claims: {},
  issuer: 'https://login.test/',
  credentialKind: 'jwt',
  expiresAt: 0,
  actor: undefined,
};

const outcome = (...requirements: RouteRequirement[]): string => {
  const decision = decide(
    {
      opening: undefined,
      declaredOn: [],
      accepts: undefined,
      requirements,
      rules: [],
      exempted: [],
      scopes: [],
      isEventStream: false,
      contextHeaders: {},
    },
    principal,
    { denyUndeclared: false, superRoles: [], machinesDeclaredOnly: false },
  );
  return decision.allowed ? 'allowed' : decision.reason;
};
const roles = (mode: 'any' | 'all', ...names: string[]): RouteRequirement => ({
  kind: 'roles',
  mode,
  names,
  declaredOn: 'Api.read',
});

describe('decide', () => {
  it.each([
    [[], 'allowed'],
    [[roles('any', 'admin', 'editor')], 'allowed'],
    [[roles('any', 'admin')], 'insufficient_role'],
    [[roles('all', 'author', 'editor')], 'allowed'],
    [[roles('all', 'author', 'admin')], 'insufficient_role'],
    [[roles('any', 'author'), roles('any', 'admin')], 'insufficient_role'],
    [[{ kind: 'permissions', mode: 'all', names: ['write'] }], 'insufficient_permission'],
    [[{ kind: 'scopes', mode: 'all', names: ['a', 'b'] }], 'insufficient_scope'],
    [[{ kind: 'scopes', mode: 'any', names: ['a', 'b'] }], 'allowed'],
  ] as [RouteRequirement[], string][])('%j: %s', (requirements, expected) => {
    expect(outcome(...requirements)).toBe(expected);
  });

  it.each([
    'Editor',
    ' editor',
    'editor ',
    'edit',
    '*',
    'toString',
    'constructor',
    '__proto__',
    'has',
  ])('compares exactly: %j is not held', (name) => {
    expect(outcome(roles('any', name))).toBe('insufficient_role');
  });
});
