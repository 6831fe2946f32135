import {
  isClosing,
  type ClassDeclarations,
  type Declaration,
  type DeclaredRule,
  type Opening,
} from './declaration.js';
import { entryFor, type CompiledRoleMap, type Operation } from './role-map.js';
import type { Rule } from './rule.js';
import { AUTHORITY_KINDS, type AuthorityKind, type Requirement } from './requirement.js';

/** What holds for one handler of one class: all requirements and all rules must be met. */
export interface RoutePolicy {
  /** `undefined`: it is closed to whoever brings no valid credential. */
  readonly opening: Opening | undefined;
  /** Where it was opened, or closed without a requirement: `Class` or `Class.method`. Empty: nothing was declared. */
  readonly declaredOn: readonly string[];
  /** The kinds of credential that may enter; `undefined` for those that may where nothing is declared. */
  readonly accepts: RouteAcceptance | undefined;
  readonly requirements: readonly RouteRequirement[];
  readonly rules: readonly RouteRule[];
  /** The rules that do not bear on the method of the handler, for the report. */
  readonly exempted: readonly RouteRule[];
  /** Every scope of the operation, for the challenge (RFC 6750 section 3). */
  readonly scopes: readonly string[];
  /** Whether the handler answers with events as long as anybody reads: with `@Sse()`. */
  readonly isEventStream: boolean;
  /** What services are told beside who is calling, of the handler and its classes: the closest says it. */
  readonly contextHeaders: Readonly<Record<string, string>>;
}

/** A requirement, the kind of authority it is about, and where it was declared. */
export interface RouteRequirement extends Requirement {
  readonly kind: AuthorityKind;
  readonly declaredOn: string;
}

/** Kinds of credential, and where it was declared that they may enter. */
export interface RouteAcceptance extends Requirement {
  readonly declaredOn: string;
}

/** A rule, and where it was declared. */
export interface RouteRule extends DeclaredRule {
  readonly declaredOn: string;
}

/** What was declared in one class, and what the class is called. */
export interface NamedDeclarations extends ClassDeclarations {
  readonly name: string;
}

/** What bears on a handler beside what its classes declare. */
export interface RouteFacts {
  /** What the function carries that was declared under another class or name. */
  readonly onFunction?: Declaration | undefined;
  /** What the handler is asked with, where it is one of HTTP. */
  readonly operation?: Operation | undefined;
  /** @see RoutePolicy.isEventStream */
  readonly isEventStream?: boolean | undefined;
  /** That of the module. */
  readonly roleMap?: CompiledRoleMap | undefined;
}

/** One place where something may be declared. */
interface Level {
  readonly declaredOn: string;
  readonly declaration: Declaration;
}

/**
 * Merges what was declared into what holds.
 *
 * Kind by kind the closest declaration wins: the handler's before the class's, the subclass's before
 * the base class's; each decorator is a kind. What closes is inherited; what opens is not, and counts
 * only where the controller class itself declares it.
 *
 * @param chain The controller class first, then its base classes.
 * @param key The name of the handler.
 */
export function compileRoutePolicy(
  chain: readonly NamedDeclarations[],
  key: string | symbol | undefined,
  facts: RouteFacts = {},
): RoutePolicy {
  const onHandlers = levelsOfHandler(chain, key, facts.onFunction);
  const onClasses = chain.map(({ name, onClass }) => ({ declaredOn: name, declaration: onClass }));
  const isOwn = key !== undefined && chain[0]?.onHandlers.has(key) === true;
  const isClosedByHandler = onHandlers.some(({ declaration }) => isClosing(declaration));
  const levels = [...onHandlers, ...onClasses];
  return (
    openedBy(isOwn ? onHandlers[0] : undefined, levels, facts) ??
    openedBy(isClosedByHandler ? undefined : onClasses[0], levels, facts) ??
    closed(levels, facts)
  );
}

function levelsOfHandler(
  chain: readonly NamedDeclarations[],
  key: string | symbol | undefined,
  onFunction: Declaration | undefined,
): Level[] {
  const levels = chain.flatMap(({ name, onHandlers }) => {
    const declaration = key === undefined ? undefined : onHandlers.get(key);
    return declaration ? [{ declaredOn: `${name}.${String(key)}`, declaration }] : [];
  });
  if (onFunction && levels.every(({ declaration }) => declaration !== onFunction)) {
    levels.push({ declaredOn: 'the function', declaration: onFunction });
  }
  return levels;
}

function openedBy(
  level: Level | undefined,
  levels: readonly Level[],
  { isEventStream = false }: RouteFacts,
): RoutePolicy | undefined {
  const opening = level?.declaration.opening;
  if (!level || !opening) return;
  const accepts = opening.kind === 'public' ? undefined : acceptanceOf(levels);
  const [requirements, rules, exempted, scopes] = [[], [], [], []];
  const declaredOn = [level.declaredOn];
  return Object.freeze({
    ...{ opening, declaredOn, accepts, requirements, rules, exempted, scopes, isEventStream },
    contextHeaders: contextHeadersOf(levels),
  });
}

/** Names are the same in whatever case. */
function contextHeadersOf(levels: readonly Level[]): Readonly<Record<string, string>> {
  const headers = levels
    .toReversed()
    .flatMap(({ declaration }) =>
      Object.entries(declaration.contextHeaders).map(
        (each) => [each[0].toLowerCase(), each] as const,
      ),
    );
  return Object.freeze(Object.fromEntries(new Map(headers).values()));
}

function acceptanceOf(levels: readonly Level[]): RouteAcceptance | undefined {
  for (const { declaration, declaredOn } of levels) {
    if (declaration.accepts) return Object.freeze({ ...declaration.accepts, declaredOn });
  }
  return;
}

function closed(levels: readonly Level[], facts: RouteFacts): RoutePolicy {
  // @Roles and @RoleMap say of the same: whichever is closer.
  const onRoles = levels.find(({ declaration }) => saysOfRoles(declaration));
  const mapped = mappedRoles(onRoles, facts);
  const declared = AUTHORITY_KINDS.flatMap((kind) => {
    const closest =
      kind === 'roles'
        ? onRoles
        : levels.find(({ declaration }) => declaration.requirements.has(kind));
    const groups = closest?.declaration.requirements.get(kind) ?? [];
    return groups.map((group): RouteRequirement => ({
      kind,
      ...group,
      declaredOn: closest?.declaredOn ?? '',
    }));
  });
  const requirements = [...mapped.requirements, ...declared];
  const rules = rulesOf(levels);
  const isExempted = ({ safeMethods }: RouteRule): boolean =>
    facts.operation !== undefined && safeMethods.includes(facts.operation.method);
  const scopes = requirements.filter(({ kind }) => kind === 'scopes').flatMap(({ names }) => names);
  return Object.freeze({
    opening: undefined,
    declaredOn: [...levels.filter(({ declaration }) => isClosing(declaration)), ...mapped.by].map(
      ({ declaredOn }) => declaredOn,
    ),
    accepts: acceptanceOf(levels),
    requirements,
    rules: [...mapped.rules, ...rules.filter((rule) => !isExempted(rule))],
    exempted: rules.filter(isExempted),
    scopes: [...new Set(scopes)],
    isEventStream: facts.isEventStream === true,
    contextHeaders: contextHeadersOf(levels),
  });
}

function rulesOf(levels: readonly Level[]): readonly RouteRule[] {
  // Those of classes first, so that it is the handler's own that provides the resource in the end.
  return levels.toReversed().flatMap((level) =>
    [...level.declaration.rules].flatMap(([kind, rules]) => {
      const closest = levels.find(({ declaration }) => declaration.rules.has(kind));
      const { declaredOn } = level;
      return closest === level ? rules.map((rule): RouteRule => ({ ...rule, declaredOn })) : [];
    }),
  );
}

interface MappedRoles {
  readonly requirements: readonly RouteRequirement[];
  readonly rules: readonly RouteRule[];
  /** The module's map, where it is the one that counts. */
  readonly by: readonly { readonly declaredOn: string }[];
}

const REFUSING = { hide: false, dryRun: false, safeMethods: [] };

const NOT_MAPPED: MappedRoles = { requirements: [], rules: [], by: [] };

function saysOfRoles({ requirements, roleMap }: Declaration): boolean {
  return requirements.has('roles') || roleMap !== undefined;
}

/** What the closest role map says, where nobody said it by `@Roles`. */
function mappedRoles(closest: Level | undefined, facts: RouteFacts): MappedRoles {
  const map = closest?.declaration.roleMap;
  if (map) return { ...mappedBy(map, closest, facts), by: [] };
  if (closest || !facts.operation) return NOT_MAPPED;
  return mappedBy(facts.roleMap, { declaredOn: 'roleMap' }, facts);
}

function mappedBy(
  map: CompiledRoleMap | undefined,
  { declaredOn }: Pick<Level, 'declaredOn'>,
  { operation = NO_OPERATION }: RouteFacts,
): MappedRoles {
  if (!map) return NOT_MAPPED;
  const by = [{ declaredOn }];
  const entry = entryFor(map, operation);
  if (entry === 'authenticated') return { ...NOT_MAPPED, by };
  if (entry) return { requirements: [{ kind: 'roles', ...entry, declaredOn }], rules: [], by };
  const rule = unlisted(operation);
  return { requirements: [], rules: [{ ...REFUSING, rule, declaredOn }], by };
}

/** What is no handler of HTTP is asked for what holds for every method. */
const NO_OPERATION: Operation = { method: 'ALL', about: 'either' };

const UNLISTED = new Map<string, Rule>();

/** The same for every handler of a method, so that their policies are seen to be the same. */
function unlisted({ method }: Operation): Rule {
  const known = UNLISTED.get(method);
  if (known) return known;
  const label = `nobody: ${method} is not in the role map`;
  const rule: Rule = { kind: 'check', label, needs: [], run: () => false };
  UNLISTED.set(method, rule);
  return rule;
}

/** Whether two policies hold the same: then it does not matter which of them is meant. */
export function isSamePolicy(one: RoutePolicy, other: RoutePolicy): boolean {
  const areSameRules =
    one.rules.length === other.rules.length &&
    one.rules.every((each, index) => isSameRule(each, other.rules[index]));
  return areSameRules && spelt(one) === spelt(other);
}

function isSameRule(one: RouteRule, other: RouteRule | undefined): boolean {
  return one.rule === other?.rule && one.hide === other.hide && one.dryRun === other.dryRun;
}

function spelt(policy: RoutePolicy): string {
  const { opening, accepts, declaredOn, requirements, contextHeaders } = policy;
  const groups = requirements.map(({ kind, mode, names }) => ({ kind, mode, names }));
  const accepted = accepts && [accepts.mode, accepts.names];
  const isDeclared = declaredOn.length > 0;
  return JSON.stringify([opening ?? null, accepted ?? null, isDeclared, groups, contextHeaders]);
}
