/** Roles, permissions or scopes: read-only, compared exactly, an array in JSON. */
export interface AuthoritySet extends ReadonlySet<string> {
  toJSON(): string[];
}

class FrozenAuthoritySet extends Set<string> implements AuthoritySet {
  constructor(values: Iterable<string>) {
    super();
    for (const value of values) super.add(value);
  }

  override add(): never {
    throw new TypeError('The authorities of a principal are read-only.');
  }

  override delete(): never {
    return this.add();
  }

  override clear(): never {
    return this.add();
  }

  toJSON(): string[] {
    return [...this];
  }
}

/** A read-only set of the given names. */
export function authoritySet(values: Iterable<string> = []): AuthoritySet {
  return Object.freeze(new FrozenAuthoritySet(values));
}
