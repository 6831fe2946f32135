import type { Claims } from '../core/claims.js';
import { ownProperty } from '../core/own-property.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceOf,
  givenIssuer,
  hostOf,
  issuerWith,
  NO_ID_TOKEN,
  readPreset,
  refuseAnybody,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a Kinde environment. */
export interface KindeOptions extends IssuerOverrides {
  /** The domain of the environment: `example.kinde.com`. */
  readonly domain?: string;
  /** The issuer as it is, instead of `domain`. */
  readonly issuer?: string;
  /**
   * The audience of the API, as it was registered with Kinde. Where tokens are requested for none, an
   * explicit `null`, and `authorizedParties`.
   */
  readonly audience: IssuerOptions['audience'];
}

/**
 * Access tokens of Kinde.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function kinde(given: KindeOptions): IdentityProvider {
  const options = readPreset('kinde', given, ['domain', 'issuer']);
  const named = givenIssuer('kinde', options, ['domain']);
  const what = 'Give the audience of the API, or null in the code, with authorizedParties';
  const audience = audienceOf('kinde', options, what);
  refuseAnybody('kinde', options);
  const preset: IssuerOptions = {
    issuer: named ?? `https://${hostOf('kinde.domain', options.domain, 'example.kinde.com')}`,
    audience,
    algorithms: ['RS256'],
    clientClaims: ['azp'],
    tokenUse: [{ claim: 'scp', present: true }, ...NO_ID_TOKEN],
    claims: {
      // Of a client for itself, no subject is named.
      subject: ['sub', 'azp'],
      scopes: 'scp',
      roles: rolesOf,
      organizationId: 'org_code',
    },
  };
  return { issuers: [issuerWith('kinde', preset, options)] };
}

/** Names, or objects whose `key` is the name. */
function rolesOf(claims: Claims): unknown {
  const roles = ownProperty(claims, 'roles');
  if (!Array.isArray(roles)) return roles;
  return roles.map((role: unknown) =>
    typeof role === 'object' && role !== null ? ownProperty(role, 'key') : role,
  );
}
