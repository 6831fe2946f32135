import { declare, open, type AuthDecorator } from './declarations.js';

/**
 * Opens a handler, or every handler of a controller that requires nothing itself.
 *
 * No credential is looked at, not even a bad one, and nothing is asked of the issuer: a health check
 * survives its outage. It counts only where the controller class itself declares it: a subclass is
 * closed again.
 *
 * @publicApi
 */
export function Public(): AuthDecorator {
  return declare('Public', (declaration, target) => {
    open(declaration, { kind: 'public' }, target);
  });
}
