import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceOf,
  givenIssuer,
  hostOf,
  issuerWith,
  NOWHERE,
  readPreset,
  wordOf,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a custom authorization server of Okta. */
export interface OktaOptions extends IssuerOverrides {
  /** The domain of the organization: `example.okta.com`. */
  readonly domain?: string;
  /**
   * The id of the authorization server.
   *
   * @default 'default'
   */
  readonly authorizationServer?: string;
  /** The issuer as it is, instead of both. */
  readonly issuer?: string;
  /** The audience of the authorization server: `api://default`. */
  readonly audience: IssuerOptions['audience'];
}

/**
 * Access tokens of a custom authorization server of Okta. Those of the organization's own server are
 * for Okta's own APIs, and nobody else may validate them.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function okta(given: OktaOptions): IdentityProvider {
  const options = readPreset('okta', given, ['domain', 'authorizationServer', 'issuer']);
  const preset = {
    issuer: issuerOf(options),
    audience: audienceOf('okta', options, 'Give the audience of the authorization server'),
    algorithms: ['RS256'],
    clientClaims: ['cid'],
    // Only access tokens name the client so; and of a client for itself it is the subject.
    tokenUse: { claim: 'cid', present: true },
    claims: { scopes: 'scp', roles: 'groups', organizationId: NOWHERE },
  } as const satisfies IssuerOptions;
  return { issuers: [issuerWith('okta', preset, options)] };
}

function issuerOf(options: OktaOptions): string {
  const named = givenIssuer('okta', options, ['domain', 'authorizationServer']);
  if (named !== undefined) return assertCustom(named);
  const server = wordOf('okta.authorizationServer', options.authorizationServer ?? 'default', {
    pattern: /^\w+$/,
    what: 'the id of the authorization server, as in aus1a2b3c4d5e6f7g8h9',
  });
  return `https://${hostOf('okta.domain', options.domain, 'example.okta.com')}/oauth2/${server}`;
}

function assertCustom(issuer: string): string {
  if (/\/oauth2\/[^/]+$/.test(issuer)) return issuer;
  throw new AuthConfigurationError(
    'okta.issuer',
    "is the organization's own server, whose tokens are for Okta alone",
    'Give a custom authorization server: https://example.okta.com/oauth2/default.',
  );
}
