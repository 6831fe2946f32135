import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { Requirement } from '../policy/requirement.js';
import { declare, type AuthDecorator } from './declarations.js';
import type { Names } from './names.js';

/** The decorator of the kinds of credential that may enter. */
export interface AcceptsDecorator {
  /** Any of the kinds. */
  (...kinds: Names<string>): AuthDecorator;
  /** All of them together: the last named says who is calling, those before it vouch for the way. */
  all(...kinds: Names<string>): AuthDecorator;
}

/**
 * Says which kinds of credential may enter, as they are called in the options: `jwt` for the tokens of
 * `issuers`, `apiKey`, or a kind of one's own. `service` stands for clients that act for themselves,
 * whatever they present.
 *
 * On a handler it takes the place of that on the class. Another kind is refused with 401, unverified.
 *
 * @throws {AuthConfigurationError} When it names nothing, or stands twice on one target; at boot,
 *   when no such kind is configured.
 * @publicApi
 */
export const Accepts: AcceptsDecorator = Object.assign(accepting('any', 'Accepts'), {
  all: accepting('all', 'Accepts.all'),
});

function accepting(mode: Requirement['mode'], spelling: string) {
  return (...given: Names<string>): AuthDecorator =>
    declare('Accepts', (declaration, target) => {
      const names: readonly unknown[] = given.flat();
      const problem = problemOf(names, declaration.accepts !== undefined);
      if (problem !== undefined) throw refused(`@${spelling} on ${target}`, problem);
      declaration.accepts = { mode, names: names as readonly string[] };
    });
}

function problemOf(names: readonly unknown[], isSecond: boolean): string | undefined {
  if (isSecond) return 'stands beside another one';
  if (names.length === 0) return 'names nothing';
  const isNamed = names.every((name) => typeof name === 'string' && name !== '');
  if (!isNamed) return 'names what is no kind of credential';
  return new Set(names).size < names.length ? 'names a kind twice' : undefined;
}

function refused(spelling: string, problem: string): AuthConfigurationError {
  const cure = "Name the kinds of credential that may enter, once: @Accepts('jwt', 'apiKey').";
  return new AuthConfigurationError(spelling, problem, cure);
}
