import { hiddenNotes } from '../core/hidden-notes.js';
import type { AuthError } from '../core/auth-error.js';
import type { Visit } from './visit.js';

/**
 * Spares listeners to hear of one request as often as a client likes: a field of GraphQL may be asked for
 * under any number of names, and is refused under each.
 */
export class ToldOnce {
  readonly #told = hiddenNotes<Set<string>>();

  /** Whether a refusal is the first of its handler and reason of what the request brings. */
  isFirst({ exchange, handler }: Visit, { reason }: AuthError): boolean {
    const { key, shared } = exchange;
    if (key === shared) return true;
    const told = this.#told.get(shared) ?? new Set<string>();
    this.#told.set(shared, told);
    const { size } = told;
    return told.add(`${handler} ${reason}`).size > size;
  }
}
