import type { RefusalReason } from '../core/refusal.js';

/** What is logged of a request when it is over: no credential, no message of an error, and nobody's data beside the subject. */
export interface RequestLogEntry {
  /** `Request aborted` where the client was gone before the answer was. */
  readonly message: 'Request completed' | 'Request aborted';
  /** When it arrived. */
  readonly timestamp: string;
  readonly requestId: string;
  readonly method: string;
  /** Without the query; parts that are long, or hold an `@`, are `*`. */
  readonly path: string;
  readonly status: number;
  /** How long it took. */
  readonly milliseconds: number;
  /** Who made it; `anonymous` where that is not known. */
  readonly subject: string;
  readonly organizationId?: string | undefined;
  /** Claim `sid`. */
  readonly sessionId?: string | undefined;
  /** Why it was refused. */
  readonly reason?: RefusalReason | undefined;
  /** The handler it was for, as `Class.method`; missing where it came to none. */
  readonly handler?: string | undefined;
}
