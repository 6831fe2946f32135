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
    (...given: Names): AuthDecorator =>
      declare(decorator, ({ requirements }, target) => {
        const names = checked(`@${spelling} on ${target}`, kind, given.flat());
        requirements.set(kind, [...(requirements.get(kind) ?? []), { mode, names }]);
      });
  return Object.assign(requiring(bare, decorator), {
    any: requiring('any', `${decorator}.any`),
    all: requiring('all', `${decorator}.all`),
  });
}

/** Every name of an empty list is held by anybody, so a list is never empty. */
function checked(spelling: string, kind: AuthorityKind, names: readonly unknown[]): string[] {
  const problem =
    names.length === 0 ? 'names nothing' : names.map((name) => problemOf(kind, name)).find(Boolean);
  if (problem === undefined) return names as string[];
  throw new AuthConfigurationError(
    spelling,
    problem,
    `Name the ${kind} it requires, one text each; without the decorator, any authenticated caller gets in.`,
  );
}

function problemOf(kind: AuthorityKind, name: unknown): string | undefined {
  if (name === undefined) return 'names undefined, which a circular import may have left behind';
  if (typeof name !== 'string') return `names a ${typeof name}`;
  if (name === '' || name.trim() !== name) return 'has a name that is empty or padded with space';
  // RFC 6749 section 3.3: what a client could not ask for, it cannot have.
  const isAskable = kind !== 'scopes' || /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name);
  return isAskable ? undefined : 'has a scope with a character that scopes cannot have';
}
