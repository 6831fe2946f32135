import type { IncomingMessage } from 'node:http';
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
    for (const name in request.headers) {
      if (!this.#isOurs(name)) continue;
      if (this.#remembers) this.#remember(request);
      removeHeaders(request, this.#isOurs);
      return;
    }
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

/** Some servers read `User_ID` as `User-ID`. */
function spelt(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower;
}

/**
 * Takes headers off a request, parsed and raw.
 *
 * @param isMeant Tells by the name in lower case.
 */
export function removeHeaders(request: IncomingMessage, isMeant: (name: string) => boolean): void {
  const { headers, rawHeaders } = request;
  for (const name of Object.keys(headers).filter(isMeant)) Reflect.deleteProperty(headers, name);
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
    if (isMeant(String(rawHeaders[index]).toLowerCase())) rawHeaders.splice(index, 2);
  }
}
