import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceOf,
  hostOf,
  issuerWith,
  namesOf,
  NO_ID_TOKEN,
  readPreset,
  wordOf,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of an environment of WorkOS. */
export interface WorkosOptions extends IssuerOverrides {
  /** The client id of the environment, to which the keys of session tokens belong. */
  readonly clientId: string;
  /**
   * The issuer of session tokens as it is, or several, instead of the usual ones.
   *
   * @default `https://api.workos.com` and `https://api.workos.com/user_management/<clientId>`
   */
  readonly issuer?: string | readonly string[];
  /**
   * The AuthKit domain, where tokens of Connect are accepted too: `example.authkit.app`.
   *
   * @default they are not
   */
  readonly authkitDomain?: string;
  /**
   * Whom tokens of Connect are meant for: mandatory beside `authkitDomain`. Session tokens have none, and
   * are told by their keys.
   */
  readonly audience?: IssuerOptions['audience'];
}

/**
 * Session tokens of WorkOS AuthKit, and of Connect.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function workos(given: WorkosOptions): IdentityProvider {
  const options = readPreset('workos', given, ['clientId', 'issuer', 'authkitDomain']);
  const clientId = wordOf('workos.clientId', options.clientId, {
    pattern: /^\w+$/,
    what: 'the client id of the environment, as in client_01ABC',
    variable: 'AUTH_CLIENT_ID',
  });
  const sessions = sessionIssuers(options, clientId).map((issuer) =>
    issuerWith(
      'workos',
      {
        ...PRESET,
        issuer,
        audience: options.authkitDomain === undefined ? (options.audience ?? null) : null,
        jwksUri: `https://api.workos.com/sso/jwks/${clientId}`,
        tokenUse: { claim: 'sid', present: true },
      },
      options,
    ),
  );
  return { issuers: [...sessions, ...connectIssuers(options)] };
}

const PRESET = {
  algorithms: ['RS256'],
  claims: { scopes: 'scope', roles: ['roles', 'role'], organizationId: 'org_id' },
} as const satisfies Partial<IssuerOptions>;

function sessionIssuers({ issuer }: WorkosOptions, clientId: string): readonly string[] {
  const usual = ['https://api.workos.com', `https://api.workos.com/user_management/${clientId}`];
  const cure = 'Give the exact value of claim iss, or leave it out.';
  return issuer === undefined ? usual : namesOf('workos.issuer', issuer, cure);
}

function connectIssuers(options: WorkosOptions): readonly IssuerOptions[] {
  const { authkitDomain } = options;
  if (authkitDomain === undefined) return [];
  const host = hostOf('workos.authkitDomain', authkitDomain, 'example.authkit.app');
  const audience = audienceOf(
    'workos',
    options,
    'Give the resource that tokens of Connect are for',
  );
  const preset = { ...PRESET, issuer: `https://${host}`, audience, tokenUse: NO_ID_TOKEN };
  return [issuerWith('workos', preset, options)];
}
