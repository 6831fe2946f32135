import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { assertName } from '../module/options/option-checks.js';
import { audienceOf, issuerWith, NO_ID_TOKEN, readPreset, type IssuerOverrides } from './preset.js';

/** What is to be said of any OpenID provider. */
export interface OidcOptions extends IssuerOverrides {
  /** The exact value of claim `iss`. */
  readonly issuer: string;
  /** This API, as the provider knows it. */
  readonly audience: IssuerOptions['audience'];
}

/**
 * Access tokens of an OpenID provider for which there is no preset: an issuer as it is, whose ID tokens
 * are refused as far as they can be told.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function oidc(given: OidcOptions): IdentityProvider {
  const options = readPreset('oidc', given, ['issuer']);
  const { issuer, profile } = options;
  const cure = 'Give the exact value of claim iss (AUTH_ISSUER in the environment).';
  assertName('oidc.issuer', issuer, cure);
  const preset: IssuerOptions = {
    issuer,
    audience: audienceOf('oidc', options),
    // With that profile, `typ` tells them.
    tokenUse: profile === undefined ? NO_ID_TOKEN : [],
  };
  return { issuers: [issuerWith('oidc', preset, options)] };
}
