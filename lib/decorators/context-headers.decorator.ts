import { ownHeaderProblem } from '../context/own-header-name.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { declare, type AuthDecorator } from './declarations.js';

/** One line of printable ASCII, without the white space at its ends that no receiver would see. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

/**
 * Adds constant headers to those by which `AuthService.contextHeaders()` tells services who is calling:
 * `@ContextHeaders({ 'Admin-Action': 'true' })`. A handler adds to those of its class, and its own value
 * is the one that counts. It closes nothing.
 *
 * @throws {AuthConfigurationError} When a name or a value cannot stand in a header, or the name is
 *   taken; the headers that say who is calling are made by nobody else.
 * @publicApi
 */
export function ContextHeaders(headers: Readonly<Record<string, string>>): AuthDecorator {
  return declare('ContextHeaders', (declaration, target) => {
    const entries: readonly (readonly [string, unknown])[] = Object.entries(headers);
    const problem = entries.length === 0 ? 'adds nothing' : entries.map(problemOf).find(Boolean);
    if (problem === undefined) {
      declaration.contextHeaders = { ...declaration.contextHeaders, ...headers };
      return;
    }
    throw new AuthConfigurationError(
      `@ContextHeaders on ${target}`,
      problem,
      "Give names of your own with one line of printable ASCII each: @ContextHeaders({ 'Admin-Action': 'true' }).",
    );
  });
}

function problemOf([name, value]: readonly [string, unknown]): string | undefined {
  const problem = ownHeaderProblem(name);
  if (problem !== undefined) return problem;
  const isPrintable = typeof value === 'string' && VALUE.test(value);
  return isPrintable ? undefined : `has a value of ${name} that cannot stand in a header`;
}
