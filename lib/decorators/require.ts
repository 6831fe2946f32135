import type { AuthorityKind, Requirement } from '../policy/requirement.js';
import { declare, type AuthDecorator } from './declarations.js';
import { checkedNames } from './names.js';

/** Takes names, or one list of names: two signatures, so that a misspelt name is what compilers tell of. */
interface TakesNames<Name> {
  (...names: readonly Name[]): AuthDecorator;
  (names: readonly Name[]): AuthDecorator;
}

/** A decorator that requires authorities: called with names, or with one list of names. */
export interface RequireDecorator<Name> extends TakesNames<Name> {
  /** One of the names is enough. */
  readonly any: TakesNames<Name>;
  /** Every one of the names is needed. */
  readonly all: TakesNames<Name>;
}

const WITHOUT = '; without the decorator, any authenticated caller gets in';

/** Makes the decorator for one kind of authority; `bare` is what a bare list means. */
export function requireDecorator<Name>(
  decorator: string,
  kind: AuthorityKind,
  bare: Requirement['mode'],
): RequireDecorator<Name> {
  const requiring =
    (mode: Requirement['mode'], spelling: string) =>
    (...given: readonly unknown[]): AuthDecorator =>
      declare(decorator, ({ requirements }, target) => {
        const where = { spelling: `@${spelling} on ${target}`, kind, aside: WITHOUT };
        const names = checkedNames(where, given.flat());
        requirements.set(kind, [...(requirements.get(kind) ?? []), { mode, names }]);
      });
  return Object.assign(requiring(bare, decorator), {
    any: requiring('any', `${decorator}.any`),
    all: requiring('all', `${decorator}.all`),
  });
}
