import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { assertName } from '../module/options/option-checks.js';
import {
  audienceOf,
  baseOf,
  issuerWith,
  NO_ID_TOKEN,
  readPreset,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a tenant of FusionAuth. */
export interface FusionauthOptions extends IssuerOverrides {
  /** The issuer, as the tenant's settings have it: any text. */
  readonly issuer: string;
  /**
   * Where FusionAuth is, and its keys: `https://auth.example.com`.
   *
   * @default the issuer is an address, and its keys are discovered
   */
  readonly url?: string;
  /** The id of the application that is this API; for tokens of machines, of the entity. */
  readonly audience: IssuerOptions['audience'];
}

/**
 * Access tokens of FusionAuth. Where they are signed with HMAC, give `secret`.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function fusionauth(given: FusionauthOptions): IdentityProvider {
  const options = readPreset('fusionauth', given, ['issuer', 'url']);
  const { issuer, url } = options;
  const cure = "Give the issuer of the tenant's settings (AUTH_ISSUER in the environment).";
  assertName('fusionauth.issuer', issuer, cure);
  const base =
    url === undefined ? undefined : baseOf('fusionauth.url', url, 'https://auth.example.com');
  const preset: IssuerOptions = {
    issuer,
    audience: audienceOf('fusionauth', options, 'Give the id of the application'),
    algorithms: ['RS256', 'ES256'],
    ...(base === undefined ? {} : { jwksUri: `${base}/.well-known/jwks.json` }),
    // ID tokens are meant for the same application.
    tokenUse: [{ claim: 'tty', value: 'at', optional: true }, ...NO_ID_TOKEN],
    claims: { scopes: 'scope', organizationId: 'tid' },
  };
  return { issuers: [issuerWith('fusionauth', preset, options)] };
}
