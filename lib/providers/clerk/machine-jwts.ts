import type { Claims } from '../../core/claims.js';
import { ownProperty } from '../../core/own-property.js';
import { jwt, type CredentialOption } from '../../module/options/credential-options.js';
import { acceptsOauth, type ResolvedClerk } from './resolve-clerk.js';
import { ofInstance } from './session-tokens.js';
import { M2M_MARKS, OAUTH_MARKS } from './token-marks.js';

/** A machine has scopes, and nothing of what people have: its claims are its maker's own. */
const NO_PERSON = { roles: [], permissions: [], organizationId: [] } as const;

/** The JWTs of machines and of OAuth clients, which enter where `@Accepts` names them. */
export function machineJwts(clerk: ResolvedClerk): readonly CredentialOption[] {
  const { machineId } = clerk;
  return [
    jwt({
      ...ofInstance(clerk),
      clockToleranceSeconds: 5,
      kind: 'm2mJwt',
      audience:
        machineId === undefined ? null : (claims) => scopesOfMachine(claims).includes(machineId),
      recognizedBy: { claim: 'sub', startsWith: 'mch_' },
      tokenUse: M2M_MARKS,
      serviceUse: { claim: 'sub', startsWith: 'mch_' },
      claims: { ...NO_PERSON, subject: 'sub', scopes: scopesOfMachine, actor: [] },
    }),
    ...(acceptsOauth(clerk) ? [oauthJwts(clerk)] : []),
  ];
}

function oauthJwts(clerk: ResolvedClerk): CredentialOption {
  const { audiences = null, oauthClients } = clerk;
  return jwt({
    ...ofInstance(clerk),
    clockToleranceSeconds: 5,
    kind: 'oauthJwt',
    audience: audiences,
    clientClaims: ['client_id'],
    ...(oauthClients && { authorizedParties: oauthClients }),
    recognizedBy: { header: 'typ', value: 'at+jwt' },
    tokenUse: OAUTH_MARKS,
    claims: { ...NO_PERSON, subject: 'sub', scopes: ['scp', 'scope'] },
  });
}

function scopesOfMachine(claims: Claims): readonly string[] {
  const scopes = ownProperty(claims, 'scopes') ?? ownProperty(claims, 'aud');
  const listed: readonly unknown[] =
    typeof scopes === 'string' ? scopes.split(' ') : [scopes].flat();
  return listed.filter((scope) => typeof scope === 'string' && scope !== '') as string[];
}
