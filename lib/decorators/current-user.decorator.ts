import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { Principal } from '../core/principal.js';
import { PropertyPath } from '../core/property-path.js';
import { requestValue, type ValueOptions } from './request-value.js';

/**
 * The principal of the request, or what a path into it leads to: `@CurrentUser()`,
 * `@CurrentUser('subject')`, `@CurrentUser('claims.email', { required: true })`.
 *
 * @param path Own properties only. Default: the whole principal.
 * @param options `required` (default `false`): refuse the request where there is no such value,
 *   instead of passing `undefined`.
 * @throws {AuthConfigurationError} When the path is none.
 * @publicApi
 */
export function CurrentUser(path?: string, options: ValueOptions = {}): ParameterDecorator {
  const { required = false } = options;
  const compiled = path === undefined ? undefined : parse(path);
  const read = (principal: Principal): unknown => (compiled ? compiled.read(principal) : principal);
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
