import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { RoleName } from '../core/authority-names.js';
import { ownMembers } from '../core/own-property.js';
import { ROLE_MAP_KEYS, type CompiledRoleMap, type RoleMapRule } from '../policy/role-map.js';
import { declare } from './declarations.js';
import { checkedNames } from './names.js';

/**
 * The roles of a method: one, or a list of which every one is needed, or a list of which `match` says
 * how many are. `true`: any authenticated caller.
 */
export type RoleMapEntry =
  | true
  | RoleName
  | readonly RoleName[]
  | { readonly roles: RoleName | readonly RoleName[]; readonly match?: 'any' | 'all' };

/**
 * Roles by HTTP method: `{ GET: true, POST: { roles: ['editor', 'admin'], match: 'any' }, ALL: 'admin' }`.
 *
 * `ALL`, or `*`, stands for those that are not listed; `GET_ONE` for the handlers of GET whose path ends
 * with a parameter, `GET_MANY` for its others. A handler of every method (`@All()`) is asked for what
 * `ALL` says. What is not listed is denied, unless `unlisted` is `'authenticated'`. An entry by itself
 * holds for all methods.
 */
export type RoleMapping =
  | RoleMapEntry
  | (Readonly<Partial<Record<(typeof ROLE_MAP_KEYS)[number], RoleMapEntry>>> & {
      readonly unlisted?: 'deny' | 'authenticated';
    });

/**
 * Gives a controller its own role map, in the place of the module's. `@Roles` on a handler or on the
 * class are closer, and win over it.
 *
 * @throws {AuthConfigurationError} When the map has a shape that is unknown.
 * @publicApi
 */
export function RoleMap(mapping: RoleMapping): ClassDecorator {
  return declare('RoleMap', (declaration, target) => {
    const option = `@RoleMap on ${target}`;
    if (declaration.roleMap) throw twice(option);
    declaration.roleMap = compileRoleMap(option, mapping);
  });
}

/** @throws {AuthConfigurationError} When the map has a shape that is unknown. */
export function compileRoleMap(option: string, mapping: unknown): CompiledRoleMap {
  if (!isMap(mapping)) {
    const entries = new Map([['ALL', compileEntry(option, mapping)]]);
    return { entries, unlisted: 'deny' };
  }
  const { unlisted = 'deny', ...methods } = ownMembers(mapping);
  const known: readonly string[] = ROLE_MAP_KEYS;
  const stranger = Object.keys(methods).find((method) => !known.includes(method));
  if (stranger !== undefined) throw wrong(`${option}: ${JSON.stringify(stranger)}`, 'is no method');
  if (unlisted !== 'deny' && unlisted !== 'authenticated') {
    throw unknownUnlisted(option);
  }
  if (Object.hasOwn(methods, 'ALL') && Object.hasOwn(methods, '*')) throw allTwice(option);
  const entries = Object.entries(methods).map(
    ([method, entry]) => [method, compileEntry(`${option}: ${method}`, entry)] as const,
  );
  if (entries.length === 0) throw wrong(option, 'lists nothing');
  return { entries: new Map(entries), unlisted };
}

function isMap(mapping: unknown): mapping is Readonly<Record<string, unknown>> {
  const isObject = typeof mapping === 'object' && mapping !== null && !Array.isArray(mapping);
  return isObject && !Object.hasOwn(mapping, 'roles');
}

function compileEntry(option: string, entry: unknown): RoleMapRule {
  if (entry === true) return 'authenticated';
  if (typeof entry === 'string' || typeof entry === 'number' || Array.isArray(entry)) {
    return {
      mode: 'all',
      names: checkedNames({ spelling: option, kind: 'roles' }, [entry].flat()),
    };
  }
  if (typeof entry !== 'object' || entry === null) throw wrong(option, 'has no known shape');
  return compileMatch(option, entry);
}

function compileMatch(option: string, entry: object): RoleMapRule {
  const {
    roles,
    match = 'all',
    ...others
  } = ownMembers(entry as Readonly<Record<string, unknown>>);
  const isKnown = match === 'any' || match === 'all';
  if (!isKnown || Object.keys(others).length > 0) throw wrong(option, 'has no known shape');
  return { mode: match, names: checkedNames({ spelling: option, kind: 'roles' }, [roles].flat()) };
}

function wrong(option: string, problem: string): AuthConfigurationError {
  return new AuthConfigurationError(
    option,
    problem,
    "Write methods with roles: { GET: true, POST: { roles: ['editor'], match: 'any' }, ALL: 'admin' }.",
  );
}

function twice(option: string): AuthConfigurationError {
  return new AuthConfigurationError(
    option,
    'is there twice',
    'Keep one of the two, with what both are to say: role maps are not merged.',
  );
}

function allTwice(option: string): AuthConfigurationError {
  return new AuthConfigurationError(
    option,
    'lists both ALL and *',
    'Keep one of the two: both stand for the methods that are not listed.',
  );
}

function unknownUnlisted(option: string): AuthConfigurationError {
  return new AuthConfigurationError(
    `${option}: unlisted`,
    "is neither 'deny' nor 'authenticated'",
    "Give 'authenticated', so that any authenticated caller may use the methods that are not listed; leave it out, and nobody may.",
  );
}
