import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { PropertyPath } from '../core/property-path.js';
import type { ReadArgument } from '../policy/rule.js';
import { ARGUMENT_ROOTS } from '../transports/argument-roots.js';

/** Where in a request something is, to be read when it comes. Made by {@link arg}. */
export class Argument implements ReadArgument {
  readonly path: PropertyPath;
  readonly text: string;

  /** @throws {AuthConfigurationError} When the text is no path to an argument. */
  constructor(text: string) {
    this.text = text;
    this.path = parse(text);
  }
}

/**
 * An argument of the request that is decided on: `arg('params.id')`, `arg('query.page')`,
 * `arg('body.owner')` of HTTP, `arg('args.input.id')` of GraphQL, `arg('payload.id')` of a message. It is
 * read before pipes, as it was sent: a text, or whatever the body holds.
 *
 * @throws {AuthConfigurationError} When the text is no path to an argument.
 * @publicApi
 */
export function arg(path: string): Argument {
  return new Argument(path);
}

const ROOTS: ReadonlySet<string> = new Set(Object.values(ARGUMENT_ROOTS).flat());

function parse(text: string): PropertyPath {
  try {
    const [, root = ''] = /^(\w+)[.[]/.exec(text) ?? [];
    if (ROOTS.has(root)) return PropertyPath.parse(text);
  } catch {
    // Told below.
  }
  throw new AuthConfigurationError(
    `arg(${JSON.stringify(text)})`,
    'is no path to an argument',
    cureOf(text),
  );
}

/** Of what begins as it should, the rest is wrong. */
function cureOf(text: string): string {
  const [, root = ''] = /^(\w+)(?!\w)/.exec(text) ?? [];
  return ROOTS.has(root)
    ? `Name a member of it: arg('${root}.id'), arg('${root}["a name"]'). Of a ${root} that is no object, nothing can be read.`
    : "Begin with params, query or body, with args for GraphQL, or with payload for messages: arg('params.id').";
}
