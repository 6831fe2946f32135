import type { AuthRequest } from '../core/auth-request.js';
import { InvalidRequest } from '../core/auth-error.js';
import { Credential } from '../core/credential.js';
import { assertSameSite } from './cross-site.js';
import type { CredentialExtractor } from './credential-extractor.js';

/**
 * Reads a token from a cookie (RFC 6265 section 5.4), with no cookie parser installed.
 *
 * The general parsers keep one of two cookies of the same name; here that is a refused request, for
 * the second may have been planted from a sibling domain. Of several names, the first that is there
 * counts.
 */
export class CookieExtractor implements CredentialExtractor {
  readonly source = 'cookie';
  readonly isRepeatable = true;
  readonly #names: readonly string[];
  readonly #trustedOrigins: ReadonlySet<string>;

  /** @param trustedOrigins Whose requests may change something, beside those of this origin. */
  constructor(names: string | readonly string[], trustedOrigins: ReadonlySet<string> = new Set()) {
    this.#names = [names].flat();
    this.#trustedOrigins = trustedOrigins;
  }

  extract(request: AuthRequest): Credential | undefined {
    const headers = request.header('cookie');
    if (headers.length === 0) return;
    for (const name of this.#names) {
      const [value, ...others] = valuesOf(name, headers);
      if (others.length > 0) throw new InvalidRequest('multiple_credentials');
      if (value === undefined || value === '') continue;
      assertSameSite(request, this.#trustedOrigins);
      return new Credential('cookie', value, request.isLasting);
    }
    return;
  }
}

function valuesOf(name: string, headers: readonly string[]): string[] {
  return headers
    .filter((header) => header.includes(name))
    .flatMap((header) => header.split(';'))
    .map((pair) => [pair, pair.indexOf('=')] as const)
    .filter(([pair, equals]) => equals > 0 && trim(pair.slice(0, equals)) === name)
    .map(([pair, equals]) => unquote(trim(pair.slice(equals + 1))));
}

/** Spaces and tabs only: a name that begins with other white space is another name to a browser, without the rules of `__Host-`. */
function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

function unquote(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}
