import { InvalidCredential } from '../core/auth-error.js';
import type { Claims } from '../core/claims.js';
import { ownProperty } from '../core/own-property.js';
import type { IdentityProvider } from '../module/options/identity-provider.js';
import type { IssuerOptions } from '../module/options/issuer-options.js';
import { resolveBoolean } from '../module/options/option-checks.js';
import { issuerWith, NOWHERE, readPreset, wordOf, type IssuerOverrides } from './preset.js';

/** What is to be said of a Firebase project. */
export interface FirebaseOptions extends IssuerOverrides {
  readonly projectId: string;
  /**
   * Whether users who signed in anonymously are accepted.
   *
   * @default false
   */
  readonly anonymousUsers?: boolean;
  /** @default `projectId` */
  readonly audience?: IssuerOptions['audience'];
}

/**
 * ID tokens of Firebase Authentication. Those of its emulator, which nobody signed, are refused.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function firebase(given: FirebaseOptions): IdentityProvider {
  const options = readPreset('firebase', given, ['projectId', 'anonymousUsers']);
  const projectId = wordOf('firebase.projectId', options.projectId, {
    pattern: /^[a-z\d][a-z\d:.-]*$/,
    what: 'the id of the project, as in orders-1a2b3',
    variable: 'AUTH_PROJECT_ID',
  });
  const preset: IssuerOptions = {
    issuer: `https://securetoken.google.com/${projectId}`,
    audience: options.audience ?? projectId,
    jwksUri:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    algorithms: ['RS256'],
    tokenUse: { header: 'kid', present: true },
    // Custom claims stand at the top.
    claims: { subject: subjectOf, scopes: NOWHERE, organizationId: 'firebase.tenant' },
  };
  const issuer = issuerWith('firebase', preset, options);
  if (resolveBoolean('firebase.anonymousUsers', options.anonymousUsers))
    return { issuers: [issuer] };
  // Whatever else says who it is, this is asked first.
  const subject = [refuseAnonymous, issuer.claims?.subject ?? subjectOf].flat();
  return { issuers: [{ ...issuer, claims: { ...issuer.claims, subject } }] };
}

/** @throws {InvalidCredential} When nobody knows who signed in. */
function refuseAnonymous(claims: Claims): undefined {
  const signIn = ownProperty(claims, 'firebase');
  const isRecord = typeof signIn === 'object' && signIn !== null;
  if (!isRecord || ownProperty(signIn, 'sign_in_provider') !== 'anonymous') return;
  throw new InvalidCredential('token_use_mismatch', {
    detail: 'sign_in_provider is not anonymous',
  });
}

/** Longer than this is no user of Firebase. */
const MAX_SUBJECT_LENGTH = 128;

function subjectOf(claims: Claims): string | undefined {
  const subject = ownProperty(claims, 'sub');
  if (typeof subject === 'string' && subject.length <= MAX_SUBJECT_LENGTH) return subject;
  return;
}
