import { CONTEXT_HEADERS } from '../context/context-headers.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { declare, type AuthDecorator } from './declarations.js';

/** A token (RFC 9110 section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,64}$/;

/** One line of printable ASCII, without the white space at its ends that no receiver would see. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

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

/**
 * Adds constant headers to those by which `AuthService.contextHeaders()` tells services who is calling:
 * `@ContextHeaders({ 'Admin-Action': 'true' })`. A handler adds to those of its class, and its own value
 * is the one that counts. It closes nothing.
 *
 * @throws {AuthConfigurationError} When a name or a value cannot stand in a header, or the name is
 *   taken; the headers that say who is calling are made by nobody else.
 * @publicApi
 */
export function ContextHeaders(headers: Readonly<Record<string, string>>): AuthDecorator {
  return declare('ContextHeaders', (declaration, target) => {
    const entries: readonly (readonly [string, unknown])[] = Object.entries(headers);
    const problem = entries.length === 0 ? 'adds nothing' : entries.map(problemOf).find(Boolean);
    if (problem === undefined) {
      declaration.contextHeaders = { ...declaration.contextHeaders, ...headers };
      return;
    }
    throw new AuthConfigurationError(
      `@ContextHeaders on ${target}`,
      problem,
      "Give names of your own with one line of printable ASCII each: @ContextHeaders({ 'Admin-Action': 'true' }).",
    );
  });
}

function problemOf([name, value]: readonly [string, unknown]): string | undefined {
  if (!TOKEN.test(name)) return 'has a name that no header has';
  const spelt = name.toLowerCase().replaceAll('_', '-');
  if (OURS.has(spelt)) return `says ${name}, which is told of the caller`;
  if (TAKEN.test(spelt)) return `says ${name}, which has another meaning`;
  const isPrintable = typeof value === 'string' && VALUE.test(value);
  return isPrintable ? undefined : `has a value of ${name} that cannot stand in a header`;
}
