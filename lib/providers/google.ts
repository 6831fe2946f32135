import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceWithin,
  issuerWith,
  namesOf,
  NOWHERE,
  readPreset,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of clients that sign in with Google. */
export interface GoogleOptions extends IssuerOverrides {
  /** The OAuth client whose ID tokens are accepted, or several. */
  readonly clientId: string | readonly string[];
  /**
   * The Workspace domain whose users alone are accepted, or several.
   *
   * @default any Google account
   */
  readonly hostedDomain?: string | readonly string[];
  /**
   * Of the clients, those that are accepted; what names none of them refuses to boot.
   *
   * @default `clientId`
   */
  readonly audience?: IssuerOptions['audience'];
}

/** It has two spellings. */
const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];

/**
 * ID tokens of Google: its access tokens are opaque, and for Google's own APIs.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function google(given: GoogleOptions): IdentityProvider {
  const options = readPreset('google', given, ['clientId', 'hostedDomain']);
  const cure = 'Name the OAuth client, as Google calls it (AUTH_CLIENT_ID in the environment).';
  const audience = audienceWithin(
    'google',
    namesOf('google.clientId', options.clientId, cure),
    options,
  );
  const issuers = ISSUERS.map((issuer) =>
    issuerWith('google', { ...PRESET, issuer, audience, ...domainsOf(options) }, options),
  );
  return { issuers };
}

const PRESET = {
  jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
  algorithms: ['RS256'],
  clientClaims: ['azp'],
  // As Google's own libraries have it.
  clockToleranceSeconds: 300,
  maxTokenAgeSeconds: 86_400,
  claims: { scopes: NOWHERE, roles: NOWHERE, permissions: NOWHERE, organizationId: 'hd' },
} as const satisfies Partial<IssuerOptions>;

function domainsOf({ hostedDomain }: GoogleOptions): Pick<IssuerOptions, 'tokenUse'> {
  if (hostedDomain === undefined) return {};
  const cure = 'Name the Workspace domain, or leave it out to accept any Google account.';
  return { tokenUse: { claim: 'hd', value: namesOf('google.hostedDomain', hostedDomain, cure) } };
}
