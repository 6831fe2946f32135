import type { ClassDeclarations, Declaration } from './declaration.js';
import { AUTHORITY_KINDS, type AuthorityKind, type Requirement } from './requirement.js';

/** What holds for one handler of one class: all requirements must be met. */
export interface RoutePolicy {
  /** No credential is looked at. */
  readonly public: boolean;
  readonly requirements: readonly RouteRequirement[];
  /** Every scope of the operation, for the challenge (RFC 6750 section 3). */
  readonly scopes: readonly string[];
}

/** A requirement and the kind of authority it is about. */
export interface RouteRequirement extends Requirement {
  readonly kind: AuthorityKind;
}

const PUBLIC: RoutePolicy = Object.freeze({ public: true, requirements: [], scopes: [] });

/**
 * Merges what was declared into what holds.
 *
 * Kind by kind the closest declaration wins: the handler's before the class's, the subclass's before
 * the base class's. What closes is inherited; what opens is not, and counts only where the
 * controller class itself declares it.
 *
 * @param chain The controller class first, then its base classes.
 * @param key The name of the handler.
 * @param onFunction What the function carries that was declared under another class or name.
 */
export function compileRoutePolicy(
  chain: readonly ClassDeclarations[],
  key: string | symbol | undefined,
  onFunction?: Declaration,
): RoutePolicy {
  const handler = chain.map((each) => (key === undefined ? undefined : each.onHandlers.get(key)));
  const levels = [...handler, onFunction, ...chain.map((each) => each.onClass)];
  const [controller] = chain;
  const closedByHandler = [...handler, onFunction].some(isClosing);
  const opened = !closedByHandler && controller?.onClass.public === true;
  return handler[0]?.public || opened ? PUBLIC : closed(levels);
}

function isClosing(declaration: Declaration | undefined): boolean {
  return declaration !== undefined && declaration.requirements.size > 0;
}

function closed(levels: readonly (Declaration | undefined)[]): RoutePolicy {
  const requirements = AUTHORITY_KINDS.flatMap((kind) => {
    const closest = levels.find((level) => level?.requirements.has(kind));
    const groups = closest?.requirements.get(kind) ?? [];
    return groups.map((group): RouteRequirement => ({ kind, ...group }));
  });
  const scopes = requirements.filter(({ kind }) => kind === 'scopes').flatMap(({ names }) => names);
  return Object.freeze({ public: false, requirements, scopes: [...new Set(scopes)] });
}

/** Whether two policies hold the same: then it does not matter which of them is meant. */
export function isSamePolicy(one: RoutePolicy, other: RoutePolicy): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
