import { declare, type AuthDecorator } from './declarations.js';

/**
 * Says that any authenticated caller will do, which is what holds without a declaration too: for
 * handlers of a `@Public()` class, and where `undeclaredRoutes` is `'deny'`.
 *
 * It takes nothing away: what the class requires still holds.
 *
 * @publicApi
 */
export function Authenticated(): AuthDecorator {
  return declare('Authenticated', (declaration) => {
    declaration.authenticated = true;
  });
}
