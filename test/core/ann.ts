import { authoritySet } from '../../lib/core/authority-set.js';
import type { UserPrincipal } from '../../lib/core/principal.js';

/** A user of whom nothing is known but her name. */
export const ANN: UserPrincipal = {
  kind: 'user',
  subject: 'ann',
  organizationId: undefined,
  roles: authoritySet(),
  permissions: authoritySet(),
  scopes: authoritySet(),
  claims: {},
  issuer: 'https://login.test/',
  credentialKind: 'jwt',
  expiresAt: Infinity,
  actor: undefined,
};
