import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import type { JwtIssuer } from '../../verification/jwt/jwt-issuer.js';
import type { IssuerOptions } from './issuer-options.js';
import { assertName, assertSeconds, resolveBoolean } from './option-checks.js';
import { resolveTokenUse } from './resolve-token-use.js';

/** The largest difference between two clocks that is worth tolerating, in seconds. */
const MAX_CLOCK_TOLERANCE_SECONDS = 300;

/** Older tokens are not worth a bound of their own: a year, in seconds. */
const MAX_TOKEN_AGE_SECONDS = 31_536_000;

type TokenChecks = Pick<
  JwtIssuer,
  | ('profile' | 'clockToleranceSeconds' | 'maxTokenAgeSeconds')
  | ('clientClaims' | 'authorizedParties' | 'demandsParty')
  | ('tokenUse' | 'serviceUse')
>;

/**
 * What is checked of an issuer's tokens beside signature and audience.
 *
 * @throws {AuthConfigurationError}
 */
export function resolveTokenChecks(option: string, options: IssuerOptions): TokenChecks {
  const { clockToleranceSeconds = 5, maxTokenAgeSeconds } = options;
  const max = MAX_CLOCK_TOLERANCE_SECONDS;
  assertSeconds(`${option}.clockToleranceSeconds`, clockToleranceSeconds, { min: 0, max });
  if (maxTokenAgeSeconds !== undefined) {
    const bounds = { min: 1, max: MAX_TOKEN_AGE_SECONDS };
    assertSeconds(`${option}.maxTokenAgeSeconds`, maxTokenAgeSeconds, bounds);
  }
  return {
    profile: resolveProfile(option, options),
    clockToleranceSeconds,
    maxTokenAgeSeconds,
    ...resolveClients(option, options),
    tokenUse: resolveTokenUse(`${option}.tokenUse`, options.tokenUse),
    serviceUse: resolveTokenUse(`${option}.serviceUse`, options.serviceUse),
  };
}

function resolveProfile(option: string, { profile }: IssuerOptions): JwtIssuer['profile'] {
  if (profile === undefined || (profile as unknown) === 'rfc9068') return profile;
  throw new AuthConfigurationError(
    `${option}.profile`,
    'is unknown',
    "Give 'rfc9068', or leave it out for JWTs of any form.",
  );
}

const PARTIES_CURE =
  'Name each client, or origin, as the claim of the client (azp, client_id) has it, one text each; leave it out to accept any client.';

function resolveClients(
  option: string,
  options: IssuerOptions,
): Pick<JwtIssuer, 'clientClaims' | 'authorizedParties' | 'demandsParty'> {
  const { clientClaims = ['client_id', 'azp'], authorizedPartyRequired = true } = options;
  const cure = "Give a list of names of claims: clientClaims: ['cid'].";
  const names: readonly unknown[] = Array.isArray(clientClaims) ? clientClaims : [undefined];
  for (const name of names.length > 0 ? names : [undefined]) {
    assertName(`${option}.clientClaims`, name, cure);
  }
  const authorizedParties = resolveParties(`${option}.authorizedParties`, options);
  if (!authorizedParties && options.authorizedPartyRequired !== undefined) {
    throw new AuthConfigurationError(
      `${option}.authorizedPartyRequired`,
      'means nothing without authorizedParties',
      'Leave it out, or name the clients.',
    );
  }
  return {
    clientClaims: [...clientClaims],
    authorizedParties,
    demandsParty: resolveBoolean(`${option}.authorizedPartyRequired`, authorizedPartyRequired),
  };
}

function resolveParties(
  option: string,
  { authorizedParties: parties }: IssuerOptions,
): ReadonlySet<string> | undefined {
  if (parties === undefined) return;
  const names: readonly unknown[] = Array.isArray(parties) ? parties : [];
  if (names.length === 0) {
    throw new AuthConfigurationError(option, 'is no list, or an empty one', PARTIES_CURE);
  }
  for (const name of names) {
    assertName(option, name, PARTIES_CURE);
    if (!name.includes(',')) continue;
    throw new AuthConfigurationError(option, 'has several names in one text', PARTIES_CURE);
  }
  return new Set(names as readonly string[]);
}
