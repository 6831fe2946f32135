import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import {
  audienceWithin,
  givenIssuer,
  issuerWith,
  namesOf,
  NOWHERE,
  readPreset,
  wordOf,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a user pool of Amazon Cognito. */
export interface CognitoOptions extends IssuerOverrides {
  /** `eu-west-1_AbCdEfGhI`. */
  readonly userPoolId?: string;
  /**
   * The region of the pool.
   *
   * @default the one that the pool's id begins with
   */
  readonly region?: string;
  /** The issuer as it is, instead of both: else either of the pool's two is accepted. */
  readonly issuer?: string;
  /** The app client whose tokens are accepted, or several. */
  readonly clientId: string | readonly string[];
  /**
   * Which of Cognito's tokens callers bring.
   *
   * @default 'access'
   */
  readonly tokens?: 'access' | 'id';
  /**
   * Checked beside `clientId` where access tokens are bound to a resource. ID tokens are made for the client:
   * what names none of `clientId` refuses to boot.
   *
   * @default of access tokens, which have none, not checked; of ID tokens, `clientId`
   */
  readonly audience?: IssuerOptions['audience'];
}

/**
 * Access tokens of a user pool, or its ID tokens; never both.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function cognito(given: CognitoOptions): IdentityProvider {
  const own = ['userPoolId', 'region', 'issuer', 'clientId', 'tokens'] as const;
  const options = readPreset('cognito', given, own);
  const cure = 'Name the app client whose tokens are accepted (AUTH_CLIENT_ID in the environment).';
  const clients = namesOf('cognito.clientId', options.clientId, cure);
  const tokens = tokensOf(options);
  const issuers = issuersOf(options).map((issuer) => {
    const preset: IssuerOptions = {
      issuer,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      algorithms: ['RS256'],
      tokenUse: { claim: 'token_use', value: tokens },
      clientClaims: ['client_id'],
      claims: {
        scopes: 'scope',
        roles: 'cognito:groups',
        permissions: NOWHERE,
        organizationId: NOWHERE,
      },
      ...(tokens === 'id'
        ? { audience: audienceWithin('cognito', clients, options) }
        : { audience: options.audience ?? null, authorizedParties: clients }),
    };
    return issuerWith('cognito', preset, options);
  });
  return { issuers };
}

function tokensOf({ tokens = 'access' }: CognitoOptions): 'access' | 'id' {
  if (['access', 'id'].includes(tokens)) return tokens;
  throw new AuthConfigurationError('cognito.tokens', 'is unknown', "Give 'access' or 'id'.");
}

const POOL = /^([a-z]{2,}(?:-[a-z]+)+-\d+)_[A-Za-z\d]+$/;

/** Which of the two is a setting of the pool. */
function issuersOf(options: CognitoOptions): readonly string[] {
  const named = givenIssuer('cognito', options, ['userPoolId', 'region']);
  if (named !== undefined) return [named];
  const pool = wordOf('cognito.userPoolId', options.userPoolId, {
    pattern: POOL,
    what: 'the id of the pool, as in eu-west-1_AbCdEfGhI',
    variable: 'AUTH_USER_POOL_ID',
  });
  const [, region = ''] = POOL.exec(pool) ?? [];
  if (options.region !== undefined && options.region !== region) {
    throw new AuthConfigurationError(
      'cognito.region',
      'is not the region that the id of the pool begins with',
      `Correct one of the two, or leave region out (AUTH_REGION in the environment).`,
    );
  }
  return ['cognito-idp', 'issuer-cognito-idp'].map(
    (host) => `https://${host}.${region}.amazonaws.com/${pool}`,
  );
}
