import type { AuthorityKind, Requirement } from './requirement.js';
import type { CompiledRoleMap } from './role-map.js';
import type { Rule } from './rule.js';

/**
 * What opens a handler: to whomever, no credential looked at (`public`); or to those as well who bring
 * no credential (`optional`), and, where that is declared, a bad one.
 */
export type Opening =
  | { readonly kind: 'public' }
  | { readonly kind: 'optional'; readonly onInvalid: 'reject' | 'anonymous' };

/** A rule, and what becomes of whoever does not meet it. */
export interface DeclaredRule {
  readonly rule: Rule;
  /** Answered as if there were no such thing: 404. */
  readonly hide: boolean;
  /** Told of and let in: for a rule that is to prove itself first. */
  readonly dryRun: boolean;
  /** The methods of HTTP whose handlers it does not bear on: `GET`. */
  readonly safeMethods: readonly string[];
}

/** What was declared on one class or one handler, and nowhere else. */
export interface Declaration {
  opening: Opening | undefined;
  /** That any authenticated caller will do: it requires nothing, and closes. */
  authenticated: boolean;
  /** The kinds of credential that may enter: any of them, or all together. It closes. */
  accepts: Requirement | undefined;
  /** The same decorator twice adds up: every requirement of a kind must be met. */
  readonly requirements: Map<AuthorityKind, Requirement[]>;
  /** By decorator, each of which is a kind of its own. */
  readonly rules: Map<string, DeclaredRule[]>;
  /** Of a class: the roles that its handlers ask for, by method. */
  roleMap: CompiledRoleMap | undefined;
  /** What services are told beside who is calling: headers, which keep nobody out. */
  contextHeaders: Readonly<Record<string, string>>;
}

/** What was declared in one class of an inheritance chain. */
export interface ClassDeclarations {
  readonly onClass: Declaration;
  readonly onHandlers: Map<string | symbol, Declaration>;
}

export function emptyDeclaration(): Declaration {
  return {
    opening: undefined,
    authenticated: false,
    accepts: undefined,
    requirements: new Map(),
    rules: new Map(),
    roleMap: undefined,
    contextHeaders: {},
  };
}

/** Whether it keeps anybody out. */
export function isClosing(declaration: Declaration): boolean {
  const { accepts, authenticated } = declaration;
  return accepts !== undefined || authenticated || isRequiring(declaration);
}

/** Whether it keeps anybody out who is authenticated. */
export function isRequiring({ requirements, rules, roleMap }: Declaration): boolean {
  return requirements.size > 0 || rules.size > 0 || roleMap !== undefined;
}

/** Stands for a class without any declaration; nobody may add to it. */
export const NOTHING_DECLARED: ClassDeclarations = Object.freeze({
  onClass: Object.freeze(emptyDeclaration()),
  onHandlers: new Map(),
});

/** A copy of what closes: what opens counts only where it was declared. */
export function closingPart({ onClass, onHandlers }: ClassDeclarations): ClassDeclarations {
  const closing = (declaration: Declaration): Declaration => ({
    ...declaration,
    opening: undefined,
    requirements: new Map(declaration.requirements),
    rules: new Map(declaration.rules),
  });
  const handlers = [...onHandlers].map(([key, each]) => [key, closing(each)] as const);
  return { onClass: closing(onClass), onHandlers: new Map(handlers) };
}
