import type { AuthorityKind, Requirement } from './requirement.js';

/** What was declared on one class or one handler, and nowhere else. */
export interface Declaration {
  public: boolean;
  /** The same decorator twice adds up: every requirement of a kind must be met. */
  readonly requirements: Map<AuthorityKind, Requirement[]>;
}

export function emptyDeclaration(): Declaration {
  return { public: false, requirements: new Map() };
}

/** What was declared in one class of an inheritance chain. */
export interface ClassDeclarations {
  readonly onClass: Declaration;
  readonly onHandlers: Map<string | symbol, Declaration>;
}
