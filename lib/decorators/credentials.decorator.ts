import { credentialOf } from '../core/principal.js';
import { requestValue, type ValueOptions } from './request-value.js';

/**
 * The credential the caller presented, for passing it on to another service: its text is
 * `credentials.value`, and shows in no log or JSON.
 *
 * @param options `required` (default `false`): refuse the request where there is none, instead of
 *   passing `undefined`.
 * @publicApi
 */
export function Credentials({ required = false }: ValueOptions = {}): ParameterDecorator {
  return requestValue({ name: 'Credentials', read: credentialOf, required });
}
