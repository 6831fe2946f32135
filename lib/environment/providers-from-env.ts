import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { auth0 } from '../providers/auth0.js';
import { betterAuth } from '../providers/better-auth.js';
import { cognito } from '../providers/cognito.js';
import { descope } from '../providers/descope.js';
import { entra } from '../providers/entra.js';
import { firebase } from '../providers/firebase.js';
import { fusionauth } from '../providers/fusionauth.js';
import { google } from '../providers/google.js';
import { keycloak } from '../providers/keycloak.js';
import { kinde } from '../providers/kinde.js';
import { logto } from '../providers/logto.js';
import { oidc } from '../providers/oidc.js';
import { okta } from '../providers/okta.js';
import { supabase } from '../providers/supabase.js';
import { workos } from '../providers/workos.js';
import { zitadel } from '../providers/zitadel.js';
import { listOf, present, WORDS, type Read, type Word } from './variables.js';

/** A preset whose options come from variables: they are checked by the preset itself. */
interface NamedPreset {
  readonly make: (options: object) => IdentityProvider;
  /** What its options are called. */
  readonly words: Partial<Record<Word, string>>;
  /** Those that are comma lists. */
  readonly lists: readonly Word[];
}

function preset<Options extends object>(
  make: (options: Options) => IdentityProvider,
  words: Partial<Record<Word, keyof Options & string>>,
  lists: readonly Word[] = [],
): NamedPreset {
  return { make: (options) => make(options as Options), words, lists };
}

const PRESETS: ReadonlyMap<string, NamedPreset> = new Map(
  Object.entries({
    auth0: preset(auth0, { AUTH_DOMAIN: 'domain' }),
    betterAuth: preset(betterAuth, { AUTH_PROVIDER_URL: 'baseURL' }),
    cognito: preset(
      cognito,
      { AUTH_USER_POOL_ID: 'userPoolId', AUTH_REGION: 'region', AUTH_CLIENT_ID: 'clientId' },
      ['AUTH_CLIENT_ID'],
    ),
    descope: preset(descope, { AUTH_PROJECT_ID: 'projectId', AUTH_PROVIDER_URL: 'baseUrl' }),
    entra: preset(entra, { AUTH_TENANT_ID: 'tenants' }, ['AUTH_TENANT_ID']),
    firebase: preset(firebase, { AUTH_PROJECT_ID: 'projectId' }),
    fusionauth: preset(fusionauth, { AUTH_PROVIDER_URL: 'url' }),
    google: preset(google, { AUTH_CLIENT_ID: 'clientId' }, ['AUTH_CLIENT_ID']),
    keycloak: preset(keycloak, {
      AUTH_PROVIDER_URL: 'url',
      AUTH_KEYCLOAK_REALM: 'realm',
      AUTH_CLIENT_ID: 'clientId',
    }),
    kinde: preset(kinde, { AUTH_DOMAIN: 'domain' }),
    logto: preset(logto, { AUTH_PROVIDER_URL: 'endpoint' }),
    oidc: preset(oidc, {}),
    okta: preset(okta, { AUTH_DOMAIN: 'domain' }),
    supabase: preset(supabase, { AUTH_PROJECT_ID: 'projectRef' }),
    workos: preset(workos, { AUTH_CLIENT_ID: 'clientId' }),
    zitadel: preset(zitadel, { AUTH_DOMAIN: 'domain', AUTH_PROJECT_ID: 'projectId' }),
  }),
);

/** Those that are described in variables of their own. */
const BY_THEMSELVES: ReadonlyMap<string, string> = new Map([
  ['clerk', 'clerk(clerkFromEnv())'],
  ['tesseral', 'tesseral(tesseralFromEnv())'],
]);

/** What the other variables say. */
interface Described {
  /** Each is one of the provider's; without any, it is made of the provider's own words. */
  readonly issuers: readonly string[];
  readonly options: Partial<IssuerOptions>;
}

/**
 * @param name What the preset is called.
 * @throws {AuthConfigurationError} When there is no such preset, or it has no use for a variable.
 */
export function providersFrom(
  read: Read,
  name: string,
  { issuers, options }: Described,
): readonly IdentityProvider[] {
  const { make, words, lists } = PRESETS.get(name) ?? refuseName(name);
  const said = WORDS.map((word) => {
    const text = read(word);
    if (text === undefined) return [];
    const option = words[word] ?? refuse(name, word);
    return [[option, lists.includes(word) ? listOf(text) : text]];
  });
  const own = { ...options, ...(Object.fromEntries(said.flat()) as object) };
  const each = issuers.length === 0 ? [undefined] : issuers;
  return each.map((issuer) => make(present({ ...own, issuer })));
}

function refuseName(name: string): never {
  const code = BY_THEMSELVES.get(name);
  const names = [...PRESETS.keys()].join(', ');
  throw new AuthConfigurationError(
    'AUTH_PROVIDER',
    code === undefined ? 'names no preset' : 'names a provider that has variables of its own',
    code === undefined
      ? `Name one of ${names}, or leave it out and set AUTH_ISSUER.`
      : `Leave it out, and say in the code: issuers: [${code}].`,
  );
}

function refuse(name: string, word: Word): never {
  throw new AuthConfigurationError(
    word,
    `means nothing to ${name}`,
    'Remove it, or name the provider that it is meant for in AUTH_PROVIDER.',
  );
}
