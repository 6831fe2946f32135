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

/** What is to be said of an instance of Zitadel. */
export interface ZitadelOptions extends IssuerOverrides {
  /** The domain of the instance: `example.zitadel.cloud`. */
  readonly domain?: string;
  /** The issuer as it is, instead of `domain`. */
  readonly issuer?: string;
  /**
   * The project that this API belongs to: its roles count, and no others.
   *
   * @default no roles: those of a token that names no project are of whatever project its client belongs to,
   * and anybody may make one
   */
  readonly projectId?: string;
  /** @default `projectId`; without it, mandatory */
  readonly audience?: IssuerOptions['audience'];
}

/**
 * Access tokens of Zitadel, of applications that are set to JWTs.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function zitadel(given: ZitadelOptions): IdentityProvider {
  const options = readPreset('zitadel', given, ['domain', 'issuer', 'projectId']);
  const named = givenIssuer('zitadel', options, ['domain']);
  const projectId = projectOf(options);
  const preset: IssuerOptions = {
    issuer: named ?? `https://${hostOf('zitadel.domain', options.domain, 'example.zitadel.cloud')}`,
    audience:
      options.audience ??
      projectId ??
      audienceOf('zitadel', options, 'Give projectId, or a client id of the project'),
    algorithms: ['RS256'],
    // ID tokens may be meant for the same project; they have no id of their own.
    tokenUse: { claim: 'jti', present: true },
    claims: {
      scopes: 'scope',
      // A role counts in the organizations that granted it; of a claim that names no project, nobody knows
      // whose roles it holds.
      roles:
        projectId === undefined
          ? NOWHERE
          : { path: `["urn:zitadel:iam:org:project:${projectId}:roles"]`, format: 'grants' },
      permissions: NOWHERE,
      organizationId: 'urn:zitadel:iam:user:resourceowner:id',
    },
  };
  return { issuers: [issuerWith('zitadel', preset, options)] };
}

function projectOf({ projectId }: ZitadelOptions): string | undefined {
  if (projectId === undefined) return;
  return wordOf('zitadel.projectId', projectId, {
    pattern: /^\d+$/,
    what: 'the id of the project, which consists of digits',
    variable: 'AUTH_PROJECT_ID',
  });
}
