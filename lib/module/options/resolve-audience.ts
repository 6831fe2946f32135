import type { ExpectedAudience } from '../../verification/registered-claims.js';
import type { IssuerOptions } from './issuer-options.js';
import { assertName } from './option-checks.js';

/** @throws {AuthConfigurationError} When there is none, unless it is waived. */
export function resolveAudience(
  option: string,
  { audience }: { readonly audience?: IssuerOptions['audience'] | undefined },
): ExpectedAudience {
  if (audience === null || typeof audience === 'function') return audience;
  const cure =
    'Name this API as its issuer knows it (AUTH_AUDIENCE in the environment), or give null in the code to accept tokens meant for anybody.';
  const audiences: readonly unknown[] = [audience].flat();
  if (audiences.length === 0) assertName(`${option}.audience`, undefined, cure);
  for (const each of audiences) assertName(`${option}.audience`, each, cure);
  return new Set(audiences as readonly string[]);
}
