import type { LoggerService } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { RefusalReason } from '../core/refusal.js';
import type {
  AnonymousEvent,
  AuthenticatedEvent,
  AuthEvent,
  AuthEventListener,
  DeniedEvent,
  UnavailableEvent,
} from '../observability/auth-event.js';
import type { CredentialEvent } from '../observability/credential-event.js';
import type { KeySetEvent } from '../observability/key-set-event.js';
import type {
  TokenEvent,
  TokenFailingEvent,
  TokenObtainedEvent,
} from '../observability/token-event.js';
import { IssuerEndpointError } from '../endpoint/issuer-endpoint-error.js';
import { TokenEndpointError } from '../outbound/token-endpoint-error.js';
import { purposeInWords } from '../outbound/token-purpose.js';

/** During an outage every request is refused: one line stands for all of so many milliseconds. */
const OUTAGE_LINE_MS = 10_000;

/** So many things that fail are told apart; the one that failed least lately makes room. */
const MAX_LINES = 1000;

/**
 * Logs why requests were refused, and why what they began was ended: at `debug` what is the caller's
 * affair, at `error` an outage; and what happens to the issuers' keys.
 *
 * Codes, reasons and the name of the handler are constants of the program; of a cause only our own
 * messages are taken, which hold nothing that was received.
 */
export function logEvents(logger: LoggerService): AuthEventListener {
  const logUnavailable = unavailableLog(logger);
  return (event: AuthEvent) => {
    if (isOfKeys(event)) {
      logKeys(logger, event);
      return;
    }
    if (isOfTokens(event)) {
      logTokens(logger, event);
      return;
    }
    if (isNoTrouble(event)) return;
    switch (event.type) {
      case 'auth.denied':
        logDenial(logger, event);
        return;
      case 'connection.ended':
        logger.debug?.(`${event.handler} ended: ${event.reason}`);
        return;
      case 'auth.would_deny':
        logger.log(`${event.handler} would be denied: ${event.reason}: ${event.detail}`);
        return;
      case 'auth.unavailable':
        logUnavailable(event);
        return;
    }
  };
}

function isOfKeys(event: AuthEvent): event is KeySetEvent {
  return event.type.startsWith('keys.');
}

function isOfTokens(event: AuthEvent): event is TokenEvent {
  return event.type.startsWith('token.');
}

/** For those who listen: who was let in, and what is done here to credentials. */
function isNoTrouble(
  event: AuthEvent,
): event is AuthenticatedEvent | AnonymousEvent | CredentialEvent {
  const { type } = event;
  return QUIET.has(type) || type.startsWith('credential.');
}

const QUIET = new Set<AuthEvent['type']>([
  'auth.authenticated',
  'auth.anonymous',
  'revocation.added',
]);

/** Messages of our own, which hold nothing that was received but codes that the standards know. */
function logTokens(logger: LoggerService, event: TokenEvent): void {
  if (event.type === 'token.obtained') {
    const seconds = String(event.lifetimeSeconds);
    logger.debug?.(`A token for ${tokenOf(event)} was obtained, for ${seconds} s`);
    return;
  }
  if (event.type === 'token.store_failed') {
    const { operation, service, cause } = event;
    logger.warn(`serviceTokenStore cannot ${operation} the token for ${service}: ${codeOf(cause)}`);
    return;
  }
  const outlook = event.isServing ? 'the one that is held serves on' : 'there is none';
  const line = `No token for ${tokenOf(event)} is granted; ${outlook}: ${messageOf(event.cause)}`;
  logger.error(`${line}${hintOf(event.cause)}`);
}

function tokenOf({ service, purpose }: TokenObtainedEvent | TokenFailingEvent): string {
  const words = purposeInWords(purpose);
  return words === '' ? service : `${service} (${words})`;
}

/** What a server refuses so is often only where the secret stands. */
function hintOf(cause: unknown): string {
  if (!(cause instanceof TokenEndpointError) || cause.error !== 'invalid_client') return '';
  return ". Where clientId and clientSecret are right, the server may want them in the body: clientAuthentication: 'client_secret_post'";
}

/** What the guards do not know is the application's affair, and would be looked for in vain at `debug`. */
const OURS = new Set<RefusalReason>(['unknown_handler', 'unsupported_context']);

function logDenial(logger: LoggerService, { handler, reason, detail }: DeniedEvent): void {
  const line = `${handler} denied: ${reason}${detail === undefined ? '' : `: ${detail}`}`;
  if (OURS.has(reason)) logger.warn(line);
  else logger.debug?.(line);
}

function unavailableLog(logger: LoggerService): (event: UnavailableEvent) => void {
  const lines = new LRUCache<string, { loggedAt: number; unlogged: number }>({ max: MAX_LINES });
  return ({ handler, reason, detail, cause }) => {
    // One that fails all the time must not keep the others out of the log.
    const what = detail === undefined ? reason : `${reason}: ${detail}`;
    const line = lines.get(what) ?? { loggedAt: -Infinity, unlogged: 0 };
    lines.set(what, line);
    const now = performance.now();
    if (now < line.loggedAt + OUTAGE_LINE_MS) {
      line.unlogged += 1;
      return;
    }
    const others =
      line.unlogged === 0 ? '' : ` (and ${String(line.unlogged)} more since the last such line)`;
    logger.error(`${handler} unavailable: ${what}${whyOf(reason, cause, detail)}${others}`);
    Object.assign(line, { loggedAt: now, unlogged: 0 });
  };
}

/** Messages of our own; that of an application's policy may quote what a client sent. */
function whyOf(reason: RefusalReason, cause: unknown, told = ''): string {
  if (!(cause instanceof Error) || told.endsWith(cause.message)) return '';
  const isOurs =
    reason === 'issuer_unavailable' ||
    cause instanceof AuthConfigurationError ||
    cause instanceof IssuerEndpointError ||
    cause instanceof TokenEndpointError;
  return `: ${isOurs ? cause.message : codeOf(cause)}`;
}

function logKeys(logger: LoggerService, event: KeySetEvent): void {
  const { issuer } = event;
  switch (event.type) {
    case 'keys.refreshed': {
      const { keys, added, withdrawn } = event;
      const counts = `${String(keys)}, of which ${String(added)} new; ${String(withdrawn)} withdrawn`;
      logger.debug?.(`Keys of ${issuer}: ${counts}`);
      return;
    }
    case 'keys.recovered':
      logger.log(`Keys of ${issuer} can be fetched again`);
      return;
    case 'keys.ignored':
      logger.warn(`A key of ${issuer} is not used (${event.flaw}): ${quoted(event.kid)}`);
      return;
    case 'keys.failing':
      logger.warn(
        `Keys of ${issuer} cannot be fetched; ${outlook(event.trustedUntil)}: ${messageOf(event.cause)}`,
      );
      return;
    case 'keys.snapshot_failed':
      logger.warn(
        `keySets.snapshots cannot ${event.operation} the keys of ${issuer}: ${codeOf(event.cause)}`,
      );
  }
}

function outlook(trustedUntil: number | undefined): string {
  return trustedUntil === undefined
    ? 'none are known, and without them requests are answered with 503'
    : `those known stay in use until ${new Date(trustedUntil).toISOString()}`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'for an unknown reason';
}

/** The message of a store, or of a parser, may quote what it read. */
function codeOf(cause: unknown): string {
  const { name, code } = (cause ?? {}) as { name?: unknown; code?: unknown };
  return [code, name].find((each) => typeof each === 'string') ?? 'for an unknown reason';
}

/** An issuer's own words, on one line and not too many. */
function quoted(kid: string | undefined): string {
  if (kid === undefined) return 'it has no key id';
  return JSON.stringify(kid.slice(0, 64)).replace(/[^\x20-\x7e]/g, '?');
}
