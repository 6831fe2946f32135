import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions, TokenUseOptions } from '../module/options/issuer-options.js';
import { resolveBoolean } from '../module/options/option-checks.js';
import {
  givenIssuer,
  issuerWith,
  NOWHERE,
  readPreset,
  wordOf,
  type IssuerOverrides,
} from './preset.js';

/** What is to be said of a Supabase project. */
export interface SupabaseOptions extends IssuerOverrides {
  /** The reference of the project, with which its address begins. */
  readonly projectRef?: string;
  /** The issuer as it is, for a domain or a server of one's own: `https://db.example.com/auth/v1`. */
  readonly issuer?: string;
  /**
   * Whether users who signed in anonymously are accepted.
   *
   * @default false
   */
  readonly anonymousUsers?: boolean;
  /** @default 'authenticated' */
  readonly audience?: IssuerOptions['audience'];
}

/**
 * Access tokens of the users of a Supabase project.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function supabase(given: SupabaseOptions): IdentityProvider {
  const options = readPreset('supabase', given, ['projectRef', 'issuer', 'anonymousUsers']);
  const issuer = issuerOf(options);
  const preset: IssuerOptions = {
    issuer,
    audience: options.audience ?? 'authenticated',
    jwksUri: `${issuer}/.well-known/jwks.json`,
    algorithms: ['ES256', 'RS256'],
    tokenUse: usersOf(options),
    // `role` is that of the database, and what is in `user_metadata` users write themselves.
    claims: {
      scopes: NOWHERE,
      roles: ['app_metadata.roles', 'app_metadata.role'],
      permissions: 'app_metadata.permissions',
      organizationId: NOWHERE,
    },
  };
  return { issuers: [issuerWith('supabase', preset, options)] };
}

function issuerOf(options: SupabaseOptions): string {
  const named = givenIssuer('supabase', options, ['projectRef']);
  if (named === 'supabase') {
    throw new AuthConfigurationError(
      'supabase.issuer',
      "is that of the project's API keys, which everybody has who has the page",
      'Give projectRef, or https://<project>.supabase.co/auth/v1, which issues the tokens of users.',
    );
  }
  if (named !== undefined) return named;
  const ref = wordOf('supabase.projectRef', options.projectRef, {
    pattern: /^[a-z\d]+$/,
    what: 'the reference of the project, as in abcdefghijklmnopqrst',
    variable: 'AUTH_PROJECT_ID',
  });
  return `https://${ref}.supabase.co/auth/v1`;
}

function usersOf({ anonymousUsers }: SupabaseOptions): readonly TokenUseOptions[] {
  if (resolveBoolean('supabase.anonymousUsers', anonymousUsers)) return [];
  return [{ claim: 'is_anonymous', value: false, optional: true }];
}
