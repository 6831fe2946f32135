import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceOf,
  baseOf,
  issuerWith,
  namesOf,
  NOWHERE,
  readPreset,
  wordOf,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a Descope project. */
export interface DescopeOptions extends IssuerOverrides {
  readonly projectId: string;
  /**
   * Where Descope is asked for keys: of another region, or a domain of one's own.
   *
   * @default 'https://api.descope.com'
   */
  readonly baseUrl?: string;
  /**
   * The issuer as it is, or several, instead of the usual ones.
   *
   * @default the project's id, and the addresses under `baseUrl` that end with it
   */
  readonly issuer?: string | readonly string[];
  /** What the project's JWT template puts into claim `aud`; an explicit `null` where it has none, for the keys are the project's own. */
  readonly audience: IssuerOptions['audience'];
}

/**
 * Session tokens of Descope.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function descope(given: DescopeOptions): IdentityProvider {
  const options = readPreset('descope', given, ['projectId', 'baseUrl', 'issuer']);
  const projectId = wordOf('descope.projectId', options.projectId, {
    pattern: /^[A-Za-z\d]+$/,
    what: 'the id of the project, as in P2abcDEF',
    variable: 'AUTH_PROJECT_ID',
  });
  const like = 'https://api.descope.com';
  const base = baseOf('descope.baseUrl', options.baseUrl ?? like, like);
  const usual = [projectId, `${base}/${projectId}`, `${base}/v1/apps/${projectId}`];
  const cure = 'Give the exact value of claim iss, or leave it out.';
  const names =
    options.issuer === undefined ? usual : namesOf('descope.issuer', options.issuer, cure);
  const audience = audienceOf(
    'descope',
    options,
    'Give what the JWT template puts into claim aud, or null in the code where it puts none',
  );
  const preset = { ...PRESET, audience, jwksUri: `${base}/v2/keys/${projectId}` };
  return { issuers: names.map((issuer) => issuerWith('descope', { ...preset, issuer }, options)) };
}

const PRESET = {
  algorithms: ['RS256'],
  // A refresh token looks the same, and says DSR.
  tokenUse: { claim: 'drn', value: 'DS', optional: true },
  claims: {
    scopes: NOWHERE,
    roles: ['tenants.{organization}.roles', 'roles'],
    permissions: ['tenants.{organization}.permissions', 'permissions'],
    organizationId: ['dct', { path: 'tenants', format: 'keys' }],
  },
} as const satisfies Partial<IssuerOptions>;
