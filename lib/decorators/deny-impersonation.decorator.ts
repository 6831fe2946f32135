import { Forbidden } from '../core/auth-error.js';
import type { DeclaredRule } from '../policy/declaration.js';
import { isImpersonated, NOT_IMPERSONATED } from '../policy/impersonation.js';
import type { Rule } from '../policy/rule.js';
import { declare, type AuthDecorator } from './declarations.js';

/** One for all, so that handlers which have it are seen to have the same. */
const ITSELF: DeclaredRule = Object.freeze<DeclaredRule>({
  rule: {
    kind: 'check',
    label: NOT_IMPERSONATED,
    needs: [],
    run: ({ principal }) => {
      if (!isImpersonated(principal)) return true;
      throw new Forbidden('impersonation_denied', { detail: NOT_IMPERSONATED });
    },
  },
  hide: false,
  dryRun: false,
  safeMethods: [],
});

/**
 * Closes a handler, or every handler of a controller, to whoever acts as somebody else (claim `act`),
 * as support does and agents do: for passwords, payments, and consent.
 *
 * @see RFC 8693 section 4.1
 * @publicApi
 */
export function DenyImpersonation(): AuthDecorator {
  return declare('DenyImpersonation', ({ rules }) => {
    rules.set('DenyImpersonation', [ITSELF]);
  });
}

/** That nobody acts as the caller: `anyOf(notImpersonated(), hasRole('support'))`. */
export function notImpersonated(): Rule {
  return {
    kind: 'check',
    label: NOT_IMPERSONATED,
    needs: [],
    run: ({ principal }) => !isImpersonated(principal),
  };
}
