import type { Requirement } from '../policy/requirement.js';
import { SERVICE } from '../policy/decide.js';
import type { CredentialKind } from './credential-kind.js';
import { Entrance } from './entrance.js';

/** The ways in: which credentials a request may come with, by what its handler accepts. */
export class Entrances {
  readonly #kinds: readonly CredentialKind[];
  readonly #undeclared: Entrance;
  /** By declarations, which come and go with functions that are made while the application runs. */
  readonly #declared = new WeakMap<Requirement, Entrance>();

  /** @param kinds In the order in which they are asked. */
  constructor(kinds: readonly CredentialKind[]) {
    this.#kinds = kinds;
    this.#undeclared = new Entrance(
      kinds,
      kinds.filter(({ declaredOnly }) => !declaredOnly),
    );
  }

  /** @param accepts What a handler declares; one object for each declaration, for it is remembered. */
  of(accepts: Requirement | undefined): Entrance {
    if (!accepts) return this.#undeclared;
    const known = this.#declared.get(accepts);
    if (known) return known;
    const entrance = new Entrance(this.#kinds, this.accepted(accepts));
    this.#declared.set(accepts, entrance);
    return entrance;
  }

  /** The kinds that a declaration lets in, in the order in which it names them. */
  accepted({ names }: Requirement): readonly CredentialKind[] {
    const named = names.flatMap((name) => this.#kinds.filter((kind) => kind.name === name));
    const ofServices = names.includes(SERVICE)
      ? this.#kinds.filter(({ mayBeService, declaredOnly }) => mayBeService && !declaredOnly)
      : [];
    return [...new Set([...named, ...ofServices])];
  }

  /** Ends all that is under way. */
  close(): void {
    for (const { verifier } of this.#kinds) verifier.close?.();
  }

  /** What the configured kinds are called. */
  get names(): readonly string[] {
    return this.#kinds.map(({ name }) => name);
  }
}
