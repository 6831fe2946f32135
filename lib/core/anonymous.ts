import type { AuthError } from './auth-error.js';
import { authoritySet } from './authority-set.js';
import type { AnonymousPrincipal, AnonymousStatus } from './principal.js';
import type { RefusalCode } from './refusal.js';

/** The refusals that say something of the caller; after any other one nobody can tell who calls. */
const STATUS: Readonly<Partial<Record<RefusalCode, AnonymousStatus>>> = {
  missing_credentials: 'no-token',
  invalid_request: 'malformed-token',
  token_malformed: 'malformed-token',
  token_expired: 'token-expired',
  token_not_active: 'token-not-active',
  invalid_token: 'invalid-token',
  invalid_api_key: 'invalid-token',
  invalid_password: 'invalid-token',
  credential_not_accepted: 'invalid-token',
  account_inactive: 'invalid-token',
};

/**
 * Whom a handler gets that lets in whoever could not be authenticated.
 *
 * @returns `undefined` when the failure is not the caller's.
 */
export function anonymousAfter({ code }: AuthError): AnonymousPrincipal | undefined {
  const status = STATUS[code];
  return status && anonymous(status);
}

function anonymous(status: AnonymousStatus): AnonymousPrincipal {
  return Object.freeze({
    kind: 'anonymous',
    status,
    subject: 'anonymous',
    organizationId: undefined,
    roles: authoritySet(),
    permissions: authoritySet(),
    scopes: authoritySet(),
    claims: Object.freeze({}),
    issuer: '',
    credentialKind: undefined,
    expiresAt: Infinity,
    actor: undefined,
  });
}
