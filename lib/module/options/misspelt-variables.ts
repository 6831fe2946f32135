import { distance } from 'fastest-levenshtein';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { Environment } from '../../core/environment.js';

/** With so many letters changed, or fewer, a name counts as misspelt; with more, it is somebody else's. */
const SLIP = 2;

/**
 * Other packages have variables that begin alike, so that not every unknown one can be refused.
 *
 * @param prefix What variables of this kind begin with: `AUTH_`.
 * @param variables Those that are read, each from a file (`NAME_FILE`) as well.
 * @throws {AuthConfigurationError} When a variable is called almost, and not quite, as one that is read.
 */
export function refuseMisspelt(
  env: Environment,
  prefix: string,
  variables: readonly string[],
): void {
  const known = variables.flatMap((name) => [name, `${name}_FILE`]);
  for (const [name, value] of Object.entries(env)) {
    if (!value || !name.startsWith(prefix) || known.includes(name)) continue;
    const meant = known.find((each) => distance(each, name) <= SLIP);
    if (meant === undefined) continue;
    throw new AuthConfigurationError(
      name,
      'is no variable that is read',
      `Call it ${meant}, if that is meant; otherwise give it a name that cannot be mistaken for it.`,
    );
  }
}
