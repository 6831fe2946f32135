import type { AuthError } from '../../core/auth-error.js';
import type { AuthRequest } from '../../core/auth-request.js';
import type { RefusalStyles } from '../exchange.js';

/** What brought an operation, and takes its answer back. */
export interface Carrier {
  /** What all fields of the operation share. */
  readonly shared: object;
  readonly request: AuthRequest;
  /** For the log: why a credential that the client sent may not be here. */
  readonly whyMissing?: string | undefined;
  expose(property: string, value: unknown): void;
  /** @returns The headers that are left for the driver to set. */
  announce(
    failure: AuthError,
    styles: RefusalStyles,
    scopes: readonly string[],
  ): ReadonlyMap<string, string>;
}
