import type { PermissionName } from '../core/authority-names.js';
import { requireDecorator, type RequireDecorator } from './require.js';

/**
 * Requires permissions: of a bare list, every one. `Permissions.any` is content with one.
 *
 * Given twice on one target, both must be met; on a handler it replaces what the class says of
 * permissions.
 *
 * @publicApi
 */
export const Permissions: RequireDecorator<PermissionName> = requireDecorator(
  'Permissions',
  'permissions',
  'all',
);
