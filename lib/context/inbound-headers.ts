import type { IncomingMessage } from 'node:http';
import { hiddenNotes } from '../core/hidden-notes.js';
import { CONTEXT_HEADERS } from './context-headers.js';
import { rememberTaken, TakenHeaders } from './taken-headers.js';

/**
 * The headers that say who is calling, as clients send them: nobody believes them, and they are taken
 * off requests before anything is made of those, so that whoever forwards all headers forwards no lie.
 */
export class InboundHeaders {
  readonly #names = new Set(CONTEXT_HEADERS.map(spelt));
  readonly #kept: ReadonlySet<string>;
  readonly #remembers: boolean;
  readonly #isOurs = (name: string): boolean =>
    this.#names.has(spelt(name)) && !this.#kept.has(name);

  /**
   * @param kept What the application itself reads from requests, in lower case.
   * @param remembers Whether what was taken off is remembered, because somebody may be believed.
   */
  constructor(kept: readonly string[], remembers = false) {
    this.#kept = new Set(kept);
    this.#remembers = remembers;
  }

  /** Whether a header of that name would be taken off, if it was not kept. */
  isReserved(name: string): boolean {
    return this.#names.has(spelt(name));
  }

  /** These say something of the caller, too. */
  add(names: readonly string[]): void {
    for (const name of names) this.#names.add(spelt(name));
  }

  removeFrom(request: IncomingMessage): void {
    if (mayHaveTrailers(request)) this.#removeTrailers(request);
    if (request.headers.upgrade !== undefined) handshakes.set(request, this.#isOurs);
    for (const name in request.headers) {
      if (!this.#isOurs(name)) continue;
      if (this.#remembers) this.#remember(request);
      removeHeaders(request, this.#isOurs);
      return;
    }
  }

  /** Of a body that nobody has read yet, they are not there yet: nobody who waits for its end was here before. */
  #removeTrailers(request: IncomingMessage): void {
    const remove = (): void => {
      const { trailers, trailersDistinct, rawTrailers } = request;
      removeFields([trailers, trailersDistinct], rawTrailers, this.#isOurs);
    };
    if (request.complete) remove();
    else request.once('end', remove);
  }

  #remember(request: IncomingMessage): void {
    const taken = new TakenHeaders();
    const { rawHeaders } = request;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = String(rawHeaders[index]);
      if (this.#isOurs(name.toLowerCase())) taken.add(name, String(rawHeaders[index + 1]));
    }
    rememberTaken(request, taken);
  }
}

/** What is taken off a request that outlives its answer. */
const handshakes = hiddenNotes<(name: string) => boolean>();

/**
 * Takes off a handshake once more what was taken off it when it was received. What was taken is
 * remembered from then: Mercurius writes connection parameters among the headers, before each
 * subscription.
 */
export function removeWrittenSince(handshake: IncomingMessage): void {
  const isOurs = handshakes.get(handshake);
  if (isOurs) removeFields([handshake.headers], [], isOurs);
}

/** Some servers read `User_ID` as `User-ID`. */
function spelt(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower;
}

/** They come behind a body that does not say how long it is (RFC 9112 section 7.1.2). */
function mayHaveTrailers({ headers, httpVersionMajor }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || httpVersionMajor > 1;
}

/**
 * Takes headers off a request, parsed and raw.
 *
 * @param isMeant Tells by the name in lower case.
 */
export function removeHeaders(request: IncomingMessage, isMeant: (name: string) => boolean): void {
  // Made of the raw ones by whoever reads it first, who then expects as many as came.
  const { headers, headersDistinct, rawHeaders } = request;
  removeFields([headers, headersDistinct], rawHeaders, isMeant);
}

function removeFields(
  parsed: readonly (object | undefined)[],
  raw: string[],
  isMeant: (name: string) => boolean,
): void {
  for (const fields of parsed) {
    for (const name of Object.keys(fields ?? {}).filter(isMeant)) {
      Reflect.deleteProperty(fields ?? {}, name);
    }
  }
  for (let index = raw.length - 2; index >= 0; index -= 2) {
    if (isMeant(String(raw[index]).toLowerCase())) raw.splice(index, 2);
  }
}
