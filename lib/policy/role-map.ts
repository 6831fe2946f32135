import type { Requirement } from './requirement.js';

/** The methods a role map may list, those that ask for one or for many apart where wanted, and all others. */
export const ROLE_MAP_KEYS = [
  ...['GET', 'GET_ONE', 'GET_MANY', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  ...['ALL', '*'],
] as const;

/** What a handler is asked with. */
export interface Operation {
  /** `GET`, `POST`, …; `ALL` for a handler of every method. */
  readonly method: string;
  /** By whether its path ends with a parameter; `either` where that cannot be told. */
  readonly about: 'one' | 'many' | 'either';
}

/** For a method: roles, or that any authenticated caller will do. */
export type RoleMapRule = Requirement | 'authenticated';

/** A role map whose shape was checked. */
export interface CompiledRoleMap {
  readonly entries: ReadonlyMap<string, RoleMapRule>;
  /** What becomes of a method that is not listed. */
  readonly unlisted: 'deny' | 'authenticated';
}

/**
 * What a role map says of an operation: the more special entry decides.
 *
 * @returns `undefined` where nobody may, because it is not listed.
 */
export function entryFor(
  { entries, unlisted }: CompiledRoleMap,
  { method, about }: Operation,
): RoleMapRule | undefined {
  const keys = [`${method}_${about.toUpperCase()}`, method, 'ALL', '*'];
  const listed = keys.map((key) => entries.get(key)).find((entry) => entry !== undefined);
  return listed ?? (unlisted === 'deny' ? undefined : 'authenticated');
}
