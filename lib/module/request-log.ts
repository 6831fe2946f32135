import type { IncomingMessage, ServerResponse } from 'node:http';
import { authOf } from '../context/request-auth.js';
import type { RequestScope } from '../context/request-scope.js';
import type { AuthError } from '../core/auth-error.js';
import { callerFactsOf, millisecondsSince } from '../observability/caller-facts.js';
import type { RequestLogEntry } from '../observability/request-log-entry.js';
import { whenOver } from './when-over.js';

/** Where entries go. */
export interface RequestLogger {
  log(entry: RequestLogEntry): unknown;
}

/** Longer than a UUID with a prefix, a part of a path may be a token. */
const MAX_PART = 48;

const MAX_PATH = 256;

/** Writes down each request when it is over. */
export class RequestLog {
  readonly #logger: RequestLogger;
  readonly #onFailure: (failure: unknown) => void;

  constructor(logger: RequestLogger, onFailure: (failure: unknown) => void) {
    this.#logger = logger;
    this.#onFailure = onFailure;
  }

  watch(scope: RequestScope, response: ServerResponse): void {
    const { request } = scope;
    const [path, startedAt] = [pathOf(request), performance.now()];
    // The answer has it when it is sent, and whoever names it until then is heard.
    scope.nameAtLast();
    whenOver(request, response, () => {
      const requestId = scope.requestId();
      this.#write({
        message: response.writableFinished ? 'Request completed' : 'Request aborted',
        timestamp: new Date(scope.beganAt).toISOString(),
        ...{ requestId, method: request.method ?? '', path, status: response.statusCode },
        milliseconds: millisecondsSince(startedAt),
        ...outcomeOf(request, response.statusCode),
      });
    });
  }

  #write(entry: RequestLogEntry): void {
    try {
      this.#logger.log(entry);
    } catch (failure) {
      this.#onFailure(failure);
    }
  }
}

type Outcome = Pick<
  RequestLogEntry,
  'subject' | 'organizationId' | 'sessionId' | 'reason' | 'handler'
>;

function outcomeOf(request: IncomingMessage, status: number): Outcome {
  const auth = authOf(request);
  if (!auth) return { subject: 'anonymous' };
  const { refusals, handler } = auth;
  const principal = auth.principal ?? refusals[0]?.principal;
  const { subject, organizationId, sessionId } = callerFactsOf(principal);
  const refusal = answeredOf(refusals, status);
  return {
    ...{ subject, handler },
    ...(organizationId !== undefined && { organizationId }),
    ...(sessionId !== undefined && { sessionId }),
    ...(refusal && { reason: refusal.reason }),
  };
}

/** That which was answered, maybe with another status of its class: whoever asked may have caught it. */
function answeredOf(refusals: readonly AuthError[], answered: number): AuthError | undefined {
  const classOf = (status: number): number => Math.floor(status / 100);
  return (
    refusals.find(({ status }) => status === answered) ??
    refusals.find(({ status }) => classOf(status) === classOf(answered))
  );
}

/** Addresses of mail and tokens come in paths, too. */
function pathOf({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split(/[?#]/, 1);
  // What is cut before it is looked at may be the beginning of a secret.
  const told = path
    .split('/')
    .map((part) => (part.length > MAX_PART || /@|%40|[^\x21-\x7e]/i.test(part) ? '*' : part));
  return told.join('/').slice(0, MAX_PATH);
}
