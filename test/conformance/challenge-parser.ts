/** A challenge (RFC 9110 section 11.6.1), taken apart. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const SCHEME = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +|$)/;
const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))(?:, *|$)/gy;

/**
 * Reads one challenge with its parameters.
 *
 * @throws {SyntaxError} When it is none, when a parameter comes twice, or when something else follows.
 */
export function parseChallenge(value: string): Challenge {
  const [head = '', scheme] = SCHEME.exec(value) ?? [];
  if (scheme === undefined) throw new SyntaxError('No scheme');
  return { scheme: scheme.toLowerCase(), parameters: parametersIn(value.slice(head.length)) };
}

function parametersIn(text: string): Readonly<Record<string, string>> {
  const parameters = new Map<string, string>();
  let end = 0;
  for (const [all, name = '', quoted, token] of text.matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    if (parameters.has(key)) throw new SyntaxError('A parameter twice');
    parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
    end += all.length;
  }
  if (end !== text.length) throw new SyntaxError('Not a challenge to its end');
  return Object.fromEntries(parameters);
}
