import { authOf } from '../context/request-auth.js';
import { InvalidCredential } from '../core/auth-error.js';
import type { Clock } from '../core/clock.js';
import type { Principal } from '../core/principal.js';

/**
 * Who was let in to stay: not where that would end at once, by a credential that holds only as far as clocks
 * may differ.
 *
 * @param exchange By which they came.
 * @returns `undefined` where no credential was looked at.
 * @throws What the exchange refuses with.
 */
export function lastingPrincipal(exchange: object, clock: Clock): Principal | undefined {
  const auth = authOf(exchange);
  const isOver = auth?.principal && auth.principal.expiresAt * 1000 <= clock();
  if (isOver) throw auth.refuse(new InvalidCredential('token_expired'));
  return auth?.principal;
}
