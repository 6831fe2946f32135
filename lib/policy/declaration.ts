import type { AuthorityKind, Requirement } from './requirement.js';

/** What was declared on one class or one handler, and nowhere else. */
export interface Declaration {
  public: boolean;
  /** The same decorator twice adds up: every requirement of a kind must be met. */
  readonly requirements: Map<AuthorityKind, Requirement[]>;
}

/** What was declared in one class of an inheritance chain. */
export interface ClassDeclarations {
  readonly onClass: Declaration;
  readonly onHandlers: Map<string | symbol, Declaration>;
}

export function emptyDeclaration(): Declaration {
  return { public: false, requirements: new Map() };
}

/** Stands for a class without any declaration; nobody may add to it. */
export const NOTHING_DECLARED: ClassDeclarations = Object.freeze({
  onClass: Object.freeze(emptyDeclaration()),
  onHandlers: new Map(),
});

/** A copy of what closes: what opens counts only where it was declared. */
export function closingPart({ onClass, onHandlers }: ClassDeclarations): ClassDeclarations {
  const closing = ({ requirements }: Declaration): Declaration => ({
    public: false,
    requirements: new Map(requirements),
  });
  const handlers = [...onHandlers].map(([key, each]) => [key, closing(each)] as const);
  return { onClass: closing(onClass), onHandlers: new Map(handlers) };
}
