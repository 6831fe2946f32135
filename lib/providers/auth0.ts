import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceOf,
  givenIssuer,
  hostOf,
  issuerWith,
  NO_ID_TOKEN,
  readPreset,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a tenant of Auth0. */
export interface Auth0Options extends IssuerOverrides {
  /** The tenant's domain, or its own: `example.eu.auth0.com`. */
  readonly domain?: string;
  /** The issuer as it is, instead of `domain`; the slash at its end belongs to it. */
  readonly issuer?: string;
  /** The identifier of the API, as it was registered with Auth0. Never the id of a client. */
  readonly audience: IssuerOptions['audience'];
}

/**
 * Access tokens of Auth0, in either of its profiles.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function auth0(given: Auth0Options): IdentityProvider {
  const options = readPreset('auth0', given, ['domain', 'issuer']);
  const named = givenIssuer('auth0', options, ['domain']);
  const issuer =
    named ?? `https://${hostOf('auth0.domain', options.domain, 'example.eu.auth0.com')}/`;
  const preset = {
    issuer,
    audience: audienceOf('auth0', options, 'Give the identifier of the API'),
    algorithms: ['RS256'],
    tokenUse: NO_ID_TOKEN,
    serviceUse: { claim: 'gty', value: 'client-credentials' },
    claims: { scopes: 'scope', organizationId: 'org_id' },
  } as const satisfies IssuerOptions;
  return { issuers: [issuerWith('auth0', preset, options)] };
}
