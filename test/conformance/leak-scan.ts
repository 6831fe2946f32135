import { inspect } from 'node:util';

/** So many characters of a secret in a row are a leak. */
const LENGTH = 16;

function* pieces(text: string): Generator<string> {
  for (let start = 0; start + LENGTH <= text.length; start += 1) {
    yield text.slice(start, start + LENGTH);
  }
}

const SIEVE_SIZE = 2 ** 20;

/** Where in the sieve a piece is noted that starts there: nothing is cut out of a text to tell. */
function placeOf(text: string, start: number): number {
  const first = text.charCodeAt(start);
  const middle = text.charCodeAt(start + LENGTH / 2);
  const last = text.charCodeAt(start + LENGTH - 1);
  return ((first * 97 + middle) * 89 + last) % SIEVE_SIZE;
}

/** Finds pieces of secrets in what an application says. */
export class LeakScan {
  readonly #secret = new Set<string>();
  /** Lets through whatever may be a secret, so that the megabytes which cannot be are passed by. */
  readonly #sieve = new Uint8Array(SIEVE_SIZE);
  readonly #allowed: ReadonlySet<string>;

  /** @param known What the program and its configuration say themselves, and may say anywhere. */
  constructor(known: readonly string[]) {
    this.#allowed = new Set(known.flatMap((each) => [...pieces(each)]));
  }

  /** How many pieces are looked for. */
  get size(): number {
    return this.#secret.size;
  }

  add(...secrets: readonly string[]): this {
    for (const secret of secrets) {
      // A line break or quote looks otherwise wherever text is escaped; the pieces between them do not.
      for (const piece of pieces(secret)) if (!this.#allowed.has(piece)) this.#note(piece);
    }
    return this;
  }

  #note(piece: string): void {
    this.#secret.add(piece);
    this.#sieve[placeOf(piece, 0)] = 1;
  }

  /** The pieces that a text has, with what stands around them. */
  leaks(text: string): readonly string[] {
    const found: string[] = [];
    for (let start = 0; start + LENGTH <= text.length; start += 1) {
      if (this.#sieve[placeOf(text, start)] === 0) continue;
      if (!this.#secret.has(text.slice(start, start + LENGTH))) continue;
      found.push(text.slice(Math.max(0, start - 40), start + 60));
      start += 100;
    }
    return found;
  }
}

/** Everything that a token says, and how it says it: its segments, and every string in them. */
export function secretsOf(token: string): readonly string[] {
  const segments = token.split('.');
  return [...segments, ...segments.slice(0, 2).flatMap(stringsIn)];
}

function stringsIn(segment: string): readonly string[] {
  const text = Buffer.from(segment, 'base64url').toString('utf8');
  try {
    return strings(JSON.parse(text));
  } catch {
    return [text];
  }
}

function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}

/** Whatever a careless logger could print of a value. */
export function printed(value: unknown): string {
  const options = { depth: 9, showHidden: true, maxArrayLength: null, maxStringLength: null };
  return `${inspect(value, options)}\n${inspect(value, { depth: 9 })}\n${json(value)}`;
}

function json(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : '';
  } catch {
    // What refers to itself has no JSON.
    return '';
  }
}
