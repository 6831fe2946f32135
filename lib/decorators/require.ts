import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { AuthorityKind, Requirement } from '../policy/requirement.js';
import { declare, type AuthDecorator } from './declarations.js';

type Names = readonly string[] | readonly [readonly string[]];

/** A decorator that requires authorities: called with names, or with one list of names. */
export interface RequireDecorator {
  (...names: Names): AuthDecorator;
  /** One of the names is enough. */
  any(...names: Names): AuthDecorator;
  /** Every one of the names is needed. */
  all(...names: Names): AuthDecorator;
}

/** Makes the decorator for one kind of authority; `bare` is what a bare list means. */
export function requireDecorator(
  decorator: string,
  kind: AuthorityKind,
  bare: Requirement['mode'],
): RequireDecorator {
  const requiring =
    (mode: Requirement['mode'], spelling: string) =>
    (...given: Names): AuthDecorator => {
      const requirement: Requirement = { mode, names: checked(spelling, given.flat()) };
      return declare(decorator, ({ requirements }) => {
        requirements.set(kind, [...(requirements.get(kind) ?? []), requirement]);
      });
    };
  return Object.assign(requiring(bare, decorator), {
    any: requiring('any', `${decorator}.any`),
    all: requiring('all', `${decorator}.all`),
  });
}

/** Of an empty list every one is met; and a name that is `undefined` was lost in a circular import. */
function checked(spelling: string, names: readonly unknown[]): readonly string[] {
  const isName = (name: unknown): name is string => typeof name === 'string' && name.trim() !== '';
  if (names.length > 0 && names.every(isName)) return Object.freeze(names);
  throw new AuthConfigurationError(
    `@${spelling}(…)`,
    names.length === 0 ? 'names nothing' : 'names something that is not a non-empty string',
    'Name what the handler requires, or use no decorator to require a credential and nothing more.',
  );
}
