import { Forbidden } from '../core/auth-error.js';
import { oneLine } from '../observability/caller-facts.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import { ENTRY_POINTS, isTransportType } from '../transports/entry-points.js';

/** What is known where a handler is called by a context that nothing here reads. */
export interface Unserved {
  /** Whether contexts of its kind are read, and this one holds nothing that can be. */
  readonly isServed: boolean;
  /** Whether the options say that its handlers run without a caller. */
  readonly isDeclared: boolean;
  /** `undefined` where that cannot be told. */
  readonly policy: RoutePolicy | undefined;
  /** What the transport says is to be done where it finds no request. */
  readonly cure: string | undefined;
}

/** Why that handler is not called, and what would have it called. */
export function unservedFailure(type: string, known: Unserved): Forbidden {
  const name = oneLine(type);
  if (known.isDeclared && !known.policy) return unknownHandler(`${name}: `);
  return new Forbidden('unsupported_context', { detail: `${name}: ${whyOf(name, known)}` });
}

/** Where a class declares something on its handlers, and which of them is called cannot be told. */
export function unknownHandler(where = ''): Forbidden {
  return new Forbidden('unknown_handler', {
    detail: `${where}it is no method of its class, so that nobody can tell what is declared for it: let the method itself be called, or what wraps it carry its metadata`,
  });
}

function whyOf(type: string, { isServed, isDeclared, policy, cure: told }: Unserved): string {
  if (isServed)
    return told ?? 'it holds no request that can be read: declare @Public() what is called so';
  if (isDeclared)
    return `nobody calls there, and ${String(policy?.declaredOn[0])} requires somebody: leave that out, and let the broker say who may send`;
  return isTransportType(type)
    ? `transports: [${ENTRY_POINTS[type].call}] would serve it`
    : `unauthenticatedContexts: ['${type}'] would have its handlers run without a caller`;
}
