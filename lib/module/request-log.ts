import type { IncomingMessage, ServerResponse } from 'node:http';
import { authOf } from '../context/request-auth.js';
import type { RequestScope } from '../context/request-scope.js';
import { ownProperty } from '../core/own-property.js';
import type { Principal } from '../core/principal.js';
import type { RequestLogEntry } from '../observability/request-log-entry.js';

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
    // The answer has to have it before it is sent.
    const requestId = scope.requestId();
    response.once('close', () => {
      this.#write({
        message: response.writableFinished ? 'Request completed' : 'Request aborted',
        timestamp: new Date(scope.beganAt).toISOString(),
        ...{ requestId, method: request.method ?? '', path, status: response.statusCode },
        milliseconds: Math.round((performance.now() - startedAt) * 100) / 100,
        ...outcomeOf(request),
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

function outcomeOf(request: IncomingMessage): Outcome {
  const auth = authOf(request);
  if (!auth) return { subject: 'anonymous' };
  const { refusal, handler } = auth;
  const principal = auth.principal ?? refusal?.principal;
  return {
    ...{ subject: 'anonymous', handler },
    ...(principal && callerOf(principal)),
    ...(refusal && { reason: refusal.reason }),
  };
}

function callerOf(principal: Principal): Outcome {
  const { subject, organizationId, claims } = principal;
  const sessionId = ownProperty(claims, 'sid');
  return {
    subject: oneLine(subject),
    ...(organizationId !== undefined && { organizationId: oneLine(organizationId) }),
    ...(typeof sessionId === 'string' && { sessionId: oneLine(sessionId) }),
  };
}

function oneLine(value: string): string {
  return value.replace(/\p{Cc}/gu, '').slice(0, MAX_PATH);
}

/** Addresses of mail and tokens come in paths, too. */
function pathOf({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split(/[?#]/, 1);
  const parts = path.slice(0, MAX_PATH * 4).split('/');
  const told = parts.map((part) =>
    part.length > MAX_PART || /@|%40|[^\x21-\x7e]/i.test(part) ? '*' : part,
  );
  return told.join('/').slice(0, MAX_PATH);
}
