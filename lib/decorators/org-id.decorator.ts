import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { requestValue, type ValueOptions } from './request-value.js';

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * A decorator of handler parameters that gives the organization (tenant) the caller acts in.
 *
 * Its `options` say whether it is `required` (default `true`): a caller without an organization is then
 * refused with 403, so that no query ever runs without its tenant. `false` passes `undefined` instead.
 */
export type TenantDecorator = (options?: ValueOptions) => ParameterDecorator;

/**
 * Makes `@OrgId()` under the word of the application: `const WorkspaceId =
 * createTenantDecorator('WorkspaceId')`.
 *
 * @param name As it is to be called in messages.
 * @throws {AuthConfigurationError} When that is no name.
 * @publicApi
 */
export function createTenantDecorator(name: string): TenantDecorator {
  if (typeof name !== 'string' || !NAME.test(name)) throw noName();
  return (options = {}) => {
    const required = options.required !== false;
    return requestValue({ name, read: ({ organizationId }) => organizationId, required });
  };
}

/**
 * The organization (tenant) the caller acts in: that of the verified credential, or one in which option
 * `tenant.validate` let it act.
 *
 * @publicApi
 */
export const OrgId: TenantDecorator = createTenantDecorator('OrgId');

function noName(): AuthConfigurationError {
  return new AuthConfigurationError(
    'createTenantDecorator()',
    'is given no name of a decorator',
    "Give the word for a tenant in the application: createTenantDecorator('WorkspaceId').",
  );
}
