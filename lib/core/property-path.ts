import { ownProperty } from './own-property.js';

const SEGMENT = /(?:^|(?<!^)\.)([^.[\]"/$\s]+)|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * The way to a value inside an object, own properties only: `realm_access.roles`,
 * `cognito:groups`, `["https://example.com/roles"]`, `resource_access["my.client"].roles`. A name with
 * a dot, a slash, a dollar sign or white space in it must be quoted.
 */
export class PropertyPath {
  /** The names it consists of. */
  readonly segments: readonly string[];
  /** Which of them are quoted, and so mean what they say. */
  readonly quoted: readonly boolean[];

  private constructor(segments: readonly string[], quoted: readonly boolean[]) {
    this.segments = segments;
    this.quoted = quoted;
  }

  /** @throws {SyntaxError} When the text is no path. */
  static parse(text: string): PropertyPath {
    const segments: string[] = [];
    const quoted: boolean[] = [];
    SEGMENT.lastIndex = 0;
    while (SEGMENT.lastIndex < text.length) {
      const match = SEGMENT.exec(text);
      if (!match) throw new SyntaxError('Not a property path');
      segments.push(match[1] ?? (JSON.parse(match[2] ?? '""') as string));
      quoted.push(match[1] === undefined);
    }
    if (segments.length === 0) throw new SyntaxError('Not a property path');
    return new PropertyPath(segments, quoted);
  }

  /** The value at the end of the path; `undefined` where the path leads nowhere. */
  read(root: unknown): unknown {
    let value = root;
    for (const segment of this.segments) {
      if (typeof value !== 'object' || value === null) return;
      value = ownProperty(value, segment);
    }
    return value;
  }
}
