import { requestValue, type ValueOptions } from './request-value.js';

/**
 * What a rule decided on and loaded: that of `@Owner(…)`, or whatever a policy provided. It is
 * `undefined` where no rule that provides was met: another branch of `anyOf` was, or it is on trial.
 *
 * @param options `required` (default `false`): refuse the request where there is none, instead of
 *   passing `undefined`.
 * @publicApi
 */
export function Resource({ required = false }: ValueOptions = {}): ParameterDecorator {
  return requestValue({ name: 'Resource', read: (_principal, { resource }) => resource, required });
}
