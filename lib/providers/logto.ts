import type { Claims } from '../core/claims.js';
import { ownProperty } from '../core/own-property.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceOf,
  baseOf,
  givenIssuer,
  issuerWith,
  readPreset,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a tenant of Logto. */
export interface LogtoOptions extends IssuerOverrides {
  /** Where Logto is: `https://example.logto.app`. */
  readonly endpoint?: string;
  /** The issuer as it is, instead of `endpoint`. */
  readonly issuer?: string;
  /** The indicator of the API resource; of organization tokens, `urn:logto:organization:<id>`. */
  readonly audience: IssuerOptions['audience'];
}

const ORGANIZATION = 'urn:logto:organization:';

/**
 * Access tokens of Logto, of API resources and of organizations.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function logto(given: LogtoOptions): IdentityProvider {
  const options = readPreset('logto', given, ['endpoint', 'issuer']);
  const named = givenIssuer('logto', options, ['endpoint']);
  const issuer =
    named ?? `${baseOf('logto.endpoint', options.endpoint, 'https://example.logto.app')}/oidc`;
  const preset: IssuerOptions = {
    issuer,
    audience: audienceOf('logto', options, 'Give the indicator of the API resource'),
    algorithms: ['ES384', 'RS256'],
    // ID tokens name the client as their audience, and nowhere else.
    tokenUse: { claim: 'client_id', present: true },
    clientClaims: ['client_id'],
    claims: {
      scopes: 'scope',
      // What Logto calls permissions are the scopes that were granted.
      permissions: { path: 'scope', format: 'space' },
      organizationId: ['organization_id', organizationOf],
    },
  };
  return { issuers: [issuerWith('logto', preset, options)] };
}

/** An organization token is meant for the organization itself. */
function organizationOf(claims: Claims): string | undefined {
  const audience = ownProperty(claims, 'aud');
  if (typeof audience !== 'string' || !audience.startsWith(ORGANIZATION)) return;
  return audience.slice(ORGANIZATION.length);
}
