import type { IncomingMessage } from 'node:http';
import type { Answer } from '../context/answer-id.js';
import { InboundHeaders } from '../context/inbound-headers.js';
import { RequestScope } from '../context/request-scope.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { Clock } from '../core/clock.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { RequestLog } from './request-log.js';

/** What is done with each request when it arrives, before anything else looks at it. */
export class Reception {
  /** Whether the request is kept at hand. */
  readonly keeps: boolean;
  readonly #clock: Clock;
  readonly #inbound: InboundHeaders;
  readonly #keepHeaders: readonly string[];
  readonly #log: RequestLog | undefined;

  /** @param onFailure Told when a logger fails. */
  constructor(options: ResolvedAuthOptions, onFailure: (failure: unknown) => void) {
    this.keeps = options.context.isKept;
    this.#clock = options.clock;
    const { keepHeaders, stripHeaders, trustedServices } = options.context;
    this.#keepHeaders = keepHeaders;
    const kept = [...headersRead(options), ...keepHeaders];
    assertNotKept(stripHeaders, kept);
    this.#inbound = new InboundHeaders(kept, trustedServices.length > 0);
    this.#inbound.add(stripHeaders);
    this.#log = options.requestLog && new RequestLog(options.requestLog, onFailure);
  }

  /** Handlers tell services something under these names, so clients do not. */
  reserve(names: readonly string[]): void {
    this.#inbound.add(names);
  }

  /** @throws {AuthConfigurationError} When a header is kept that nobody would take off: a misspelt one would be. */
  assertKept(): void {
    const idle = this.#keepHeaders.find((name) => !this.#inbound.isReserved(name));
    if (idle === undefined) return;
    throw new AuthConfigurationError(
      `context.keepHeaders: ${idle}`,
      'is taken off no request',
      'Remove it, or correct its name.',
    );
  }

  /** Takes off a request what clients have no say in. */
  strip(request: IncomingMessage): void {
    this.#inbound.removeFrom(request);
  }

  receive(request: IncomingMessage, answer: Answer): RequestScope {
    this.strip(request);
    const scope = new RequestScope(request, answer, this.#clock());
    this.#log?.watch(scope, answer.raw);
    return scope;
  }
}

/** @throws {AuthConfigurationError} When a header is to be taken off that the configuration itself reads, or keeps. */
function assertNotKept(stripped: readonly string[], kept: readonly string[]): void {
  const both = stripped.find((name) => kept.includes(name.toLowerCase()));
  if (both === undefined) return;
  throw new AuthConfigurationError(
    `context.stripHeaders: ${both}`,
    'is a header that another option reads or keeps',
    'Name it in one of them.',
  );
}

/** What a tenant is addressed by is measured against the credential, and what holds a credential is verified. */
function headersRead({ tenant, credentials }: ResolvedAuthOptions): readonly string[] {
  const places = credentials.flatMap((each) => each.places);
  return [...(tenant?.headers ?? []), ...places.flatMap(({ header }) => header ?? [])];
}
