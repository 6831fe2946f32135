import { inspect } from 'node:util';

/** Roles, permissions or scopes: a read-only set, compared exactly, that is an array in JSON. */
export interface AuthoritySet extends ReadonlySet<string> {
  toJSON(): string[];
}

/** Holds a set instead of being one, so that `Set.prototype.add` cannot reach it either. */
class FrozenAuthoritySet implements AuthoritySet {
  readonly #names: ReadonlySet<string>;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  forEach(visit: (name: string, again: string, set: ReadonlySet<string>) => void): void {
    for (const name of this.#names) visit(name, name, this);
  }

  entries(): SetIterator<[string, string]> {
    return this.#names.entries();
  }

  keys(): SetIterator<string> {
    return this.#names.keys();
  }

  values(): SetIterator<string> {
    return this.#names.values();
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.#names.values();
  }

  toJSON(): string[] {
    return [...this.#names];
  }

  [inspect.custom](): unknown {
    return new Set(this.#names);
  }
}

/** Most callers hold nothing of some kind. */
const NOTHING: AuthoritySet = Object.freeze(new FrozenAuthoritySet([]));

/** A read-only set of the given names. */
export function authoritySet(names: readonly string[] = []): AuthoritySet {
  return names.length === 0 ? NOTHING : Object.freeze(new FrozenAuthoritySet(names));
}
