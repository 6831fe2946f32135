import { requestValue, type ValueOptions } from './request-value.js';

/**
 * The organization (tenant) the caller acts in, from the verified credential and nowhere else.
 *
 * @param options `required` (default `true`): a caller without an organization is refused with 403,
 *   so that no query ever runs without its tenant. `false` passes `undefined` instead.
 * @publicApi
 */
export function OrgId(options: ValueOptions = {}): ParameterDecorator {
  const required = options.required !== false;
  return requestValue({ name: 'OrgId', read: (principal) => principal.organizationId, required });
}
