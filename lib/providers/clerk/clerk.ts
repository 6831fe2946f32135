import { Logger } from '@nestjs/common';
import { ownMembers } from '../../core/own-property.js';
import type { IdentityProvider } from '../../module/options/identity-provider.js';
import { assertName } from '../../module/options/option-checks.js';
import { ClerkApi } from './clerk-api.js';
import type { ClerkOptions } from './clerk-options.js';
import { machineJwts } from './machine-jwts.js';
import { machineTokens } from './machine-tokens.js';
import { assertBeginning, resolveClerk } from './resolve-clerk.js';
import { CLERK } from './session-of.js';
import { sessionTokens } from './session-tokens.js';

const logger = new Logger('Clerk');

/**
 * The sessions of a Clerk instance, and the tokens of its machines where `@Accepts` names them:
 * `issuers: [clerk({ publishableKey, jwtKey, authorizedParties: ['https://app.example.com'] })]`.
 *
 * | kind | what it is | needs |
 * | --- | --- | --- |
 * | `jwt` | a session | |
 * | `m2mJwt` | JWTs of machines | |
 * | `oauthJwt` | JWTs of OAuth clients | `oauthClients`, or `audience` |
 * | `apiKey` (`ak_`) | verified over Clerk's API | `secretKey` |
 * | `oauthToken` (`oat_`) | verified over Clerk's API | `secretKey`, and `oauthClients` or `audience` |
 * | `m2mToken` (`mt_`, `m2m_`) | verified over Clerk's API | `machineSecretKey`, or `secretKey` |
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function clerk(options: ClerkOptions): IdentityProvider {
  const resolved = resolveClerk(options);
  const { secretKey, machineSecretKey = secretKey, apiUrl, fetch } = ownMembers(options);
  if (secretKey !== undefined) assertBeginning('clerk().secretKey', secretKey, 'sk_');
  const apiOf = (secret: string | undefined): ClerkApi | undefined => {
    if (secret === undefined) return;
    assertName('clerk().machineSecretKey', secret, 'Copy it from the machine in the dashboard.');
    return new ClerkApi({ secret, apiUrl, fetch, timeoutMs: resolved.timeoutSeconds * 1000 });
  };
  const apis = { ofInstance: apiOf(secretKey), ofMachine: apiOf(machineSecretKey) };
  return {
    name: CLERK,
    issuers: [sessionTokens(resolved, warnOnce())],
    credentials: [...machineJwts(resolved), ...machineTokens(apis, resolved)],
    // In either spelling: Clerk keeps them out of tokens, and they are asked for over its API.
    absentPermissions: ['org:sys_', 'sys_'],
  };
}

/** Every session of the organization would say it again. */
function warnOnce(): () => void {
  let isSaid = false;
  return () => {
    if (isSaid) return;
    isSaid = true;
    logger.warn(
      'A session lists features of the user before those of the organization, with as many masks of permissions as features: only what both ways of counting them grant is granted',
    );
  };
}
