import { CONTEXT_HEADERS } from './context-headers.js';

/** A token (RFC 9110 section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,64}$/;

/** What requests need themselves: it is taken off those that come in, and put on those that go out. */
const TAKEN = new RegExp(
  `^(?:${[
    '(?:accept|access-control|content|if|sec|proxy|x-forwarded)(?:-.*)?',
    'authorization|cookie|set-cookie|host|origin|referer|user-agent|forwarded|date|range|expect|via',
    'connection|keep-alive|te|trailer|transfer-encoding|upgrade|http2-settings|cache-control|dpop',
    'x-request-id|x-api-key|traceparent|tracestate|baggage',
  ].join('|')})$`,
);

const OURS = new Set(CONTEXT_HEADERS.map((name) => name.toLowerCase()));

/** Why a name is none that an application may give to a header which tells services something of its own. */
export function ownHeaderProblem(name: string): string | undefined {
  if (!TOKEN.test(name)) return 'has a name that no header has';
  const spelt = name.toLowerCase().replaceAll('_', '-');
  if (OURS.has(spelt)) return `says ${name}, which is told of the caller`;
  return TAKEN.test(spelt) ? `says ${name}, which has another meaning` : undefined;
}
