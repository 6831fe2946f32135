import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { baseOf, issuerWith, NOWHERE, readPreset, wordOf, type IssuerOverrides } from './preset.js';

/** What is to be said of a server with Better Auth and its plugin `jwt`. */
export interface BetterAuthOptions extends IssuerOverrides {
  /** `baseURL` of the server, as it stands there: it is the issuer. */
  readonly baseURL: string;
  /**
   * `basePath` of the server.
   *
   * @default '/api/auth'
   */
  readonly basePath?: string;
  /** @default `baseURL` */
  readonly audience?: IssuerOptions['audience'];
}

/**
 * Tokens of Better Auth's plugin `jwt`.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function betterAuth(given: BetterAuthOptions): IdentityProvider {
  const options = readPreset('betterAuth', given, ['baseURL', 'basePath']);
  const { baseURL, basePath = '/api/auth' } = options;
  const base = baseOf('betterAuth.baseURL', baseURL, 'https://app.example.com');
  const path = wordOf('betterAuth.basePath', basePath, {
    pattern: /^(?:\/[\w.-]+)*$/,
    what: 'a path that begins with a slash and does not end with one, as in /api/auth',
  });
  const preset: IssuerOptions = {
    issuer: baseURL,
    audience: options.audience ?? baseURL,
    jwksUri: `${base}${path}/jwks`,
    algorithms: ['EdDSA', 'Ed25519'],
    // The rest of the payload is the user's record, with fields that users may write themselves.
    claims: {
      scopes: NOWHERE,
      roles: { path: 'role', format: 'comma' },
      permissions: NOWHERE,
      organizationId: NOWHERE,
      actor: NOWHERE,
    },
  };
  return { issuers: [issuerWith('betterAuth', preset, options)] };
}
