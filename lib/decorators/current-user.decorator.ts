import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { userOf, type Principal } from '../core/principal.js';
import { PropertyPath } from '../core/property-path.js';
import { requestValue, type ValueOptions } from './request-value.js';

/**
 * Who is calling, or what a path into that leads to: `@CurrentUser()`, `@CurrentUser('subject')`,
 * `@CurrentUser('claims.email', { required: true })`. That is the principal; with option
 * `principal.load`, the user that it found, or the principal where it let somebody in without one.
 *
 * @param path Own properties only. Default: the whole.
 * @param options `required` (default `false`): refuse the request where there is no such value,
 *   instead of passing `undefined`.
 * @throws {AuthConfigurationError} When the path is none.
 * @publicApi
 */
export function CurrentUser(path?: string, options: ValueOptions = {}): ParameterDecorator {
  const { required = false } = options;
  const compiled = path === undefined ? undefined : parse(path);
  const read = (principal: Principal): unknown => {
    const user: object = userOf(principal) ?? principal;
    return compiled ? compiled.read(user) : user;
  };
  return requestValue({ name: 'CurrentUser', read, required });
}

function parse(path: string): PropertyPath {
  try {
    return PropertyPath.parse(path);
  } catch {
    throw new AuthConfigurationError(
      `@CurrentUser(${JSON.stringify(path)})`,
      'is not a path',
      'Write names separated by dots, and a name with a dot in it as ["name"].',
    );
  }
}
