import type { ScopeName } from '../core/authority-names.js';
import { requireDecorator, type RequireDecorator } from './require.js';

/**
 * Requires scopes: of a bare list, every one. `Scopes.any` is content with one.
 *
 * A scope narrows what the subject could do, it never widens it: roles and permissions declared
 * beside it must be met as well. A client that lacks one is told which it needs (RFC 6750 section 3.1).
 *
 * @publicApi
 */
export const Scopes: RequireDecorator<ScopeName> = requireDecorator('Scopes', 'scopes', 'all');
