import type { CredentialKindOptions } from './credential-options.js';
import { compileClaimMap, type CompiledClaimMap } from '../../principal/claim-map.js';
import { IDENTITY_CLAIMS } from '../../verification/identity.js';
import { assertSeconds, resolveBoolean } from './option-checks.js';

/** The options that most kinds of credential have. */
export const KIND_OPTIONS = ['kind', 'declaredOnly', 'timeoutSeconds'] as const;

/** What every kind of credential has. */
export interface ResolvedKindOptions {
  readonly kind: string;
  readonly declaredOnly: boolean;
  readonly timeoutMs: number;
}

/** Where what was looked up is written in claims: it vouches for itself, under the name of its kind. */
export function identityClaims(kind: string): ReadonlyMap<string, CompiledClaimMap> {
  return new Map([[kind, IDENTITY_MAP]]);
}

const IDENTITY_MAP = compileClaimMap(IDENTITY_CLAIMS);

/** @throws {AuthConfigurationError} */
export function resolveKindOptions(
  option: string,
  given: CredentialKindOptions & { readonly timeoutSeconds?: number },
  name: string,
): ResolvedKindOptions {
  const { kind = name, timeoutSeconds = 3 } = given;
  const declaredOnly = resolveBoolean(`${option}.declaredOnly`, given.declaredOnly);
  assertSeconds(`${option}.timeoutSeconds`, timeoutSeconds, { min: 0.1, max: 60 });
  return { kind, declaredOnly, timeoutMs: timeoutSeconds * 1000 };
}
