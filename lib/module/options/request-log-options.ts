import type { RequestLogEntry } from '../../observability/request-log-entry.js';

/** Where requests are logged. */
export interface RequestLogOptions {
  /**
   * Whose `log()` is called with an entry for each request. If it throws, the answer stands.
   *
   * @default Nest's logger, with context `AuthRequest`
   */
  readonly logger?: { log(entry: RequestLogEntry): unknown };
}
