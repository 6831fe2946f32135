import type { RoleName } from '../core/authority-names.js';
import { requireDecorator, type RequireDecorator } from './require.js';

/**
 * Requires a role: of a bare list, any one. `Roles.all` requires every one.
 *
 * Given twice on one target, both must be met; on a handler it replaces what the class says of roles.
 *
 * @publicApi
 */
export const Roles: RequireDecorator<RoleName> = requireDecorator('Roles', 'roles', 'any');
