import { isClosing, isRequiring, type Declaration } from '../../policy/declaration.js';
import type { RoutePolicy } from '../../policy/route-policy.js';
import { argumentsOf, type ReadArgument } from '../../policy/rule.js';
import type { ControllerHandler } from '../controllers.js';
import { readableRoots } from '../readable-roots.js';
import { levelsOf, type DeclaredLevel } from './declared-levels.js';
import { pathParameters } from './path-parameters.js';
import { callersOfUndeclared, type Circumstances } from './policy-in-words.js';
import type { Address, ReportWarning } from './reported-route.js';

/** A handler, and where it is reached. */
interface Reached {
  readonly each: ControllerHandler;
  readonly address: Address;
}

/** A handler, what holds for it, and what was declared for it where. */
interface Case {
  /** `Class.method`. */
  readonly handler: string;
  readonly name: string;
  readonly address: Address;
  /** With what the paths to its arguments may begin, where it is reached so. */
  readonly roots: readonly string[];
  readonly policy: RoutePolicy;
  /** The class of the handler first, then its base classes. */
  readonly levels: readonly DeclaredLevel[];
  readonly circumstances: Circumstances;
}

type Check = (found: Case) => ReportWarning | readonly ReportWarning[] | undefined;

const CHECKS: readonly Check[] = [
  undeclared,
  requirementFromOverride,
  publicBesideRequirement,
  trialReplacesRule,
  unknownParameter,
  unreadArgument,
  permissionNeverGranted,
  wrapped,
  unguarded,
];

/** What about a handler may not be what was meant. */
export function warningsAbout(
  { each, address }: Reached,
  policy: RoutePolicy,
  circumstances: Circumstances,
): readonly ReportWarning[] {
  const { controller, name } = each;
  const handler = `${controller.name}.${name}`;
  const roots = readableRoots(each, address.transport);
  const found = { handler, name, address, roots, policy, levels: levelsOf(each), circumstances };
  return CHECKS.flatMap((check) => check(found) ?? []);
}

function undeclared(found: Case): ReportWarning | undefined {
  const { handler, policy, circumstances } = found;
  if (policy.opening || policy.declaredOn.length > 0) return;
  const [opened] = placesOf(found, ({ opening }) => opening !== undefined);
  const aside = opened === undefined ? '' : `, and what opens ${opened.where} is not inherited`;
  const callers = callersOfUndeclared(circumstances);
  return {
    code: 'undeclared',
    message: `${handler} has no declaration${aside}: ${callers} may call it`,
  };
}

function requirementFromOverride({ handler, name, levels }: Case): ReportWarning | undefined {
  const index = levels.findIndex(({ hasMethod }) => hasMethod);
  if (index < 0 || levels.slice(0, index + 1).some(({ onHandler }) => onHandler)) return;
  const base = levels.slice(index + 1).find(({ onHandler }) => onHandler && isClosing(onHandler));
  if (!base) return;
  const overridden = `${base.className}.${name}`;
  return {
    code: 'requirement_from_override',
    message: `${handler} overrides ${overridden} and declares nothing itself: what ${overridden} requires still holds`,
  };
}

function publicBesideRequirement(found: Case): ReportWarning | undefined {
  const { handler, policy } = found;
  const { opening, declaredOn } = policy;
  if (!opening) return;
  const closing = placesOf(found, isRequiring).map(({ where }) => where);
  if (closing.length === 0) return;
  return {
    code: 'public_beside_requirement',
    message: `${handler} is opened by ${declaredOn.join()}, and the requirement of ${closing.join(' and ')} does not hold for it`,
  };
}

function trialReplacesRule(found: Case): readonly ReportWarning[] {
  const { handler, policy } = found;
  if (policy.opening) return [];
  const declaring = placesOf(found, ({ rules }) => rules.size > 0);
  const decorators = new Set(declaring.flatMap(({ declaration }) => [...declaration.rules.keys()]));
  return [...decorators].flatMap((decorator) => {
    const [closest, ...others] = declaring.filter(({ declaration }) =>
      declaration.rules.has(decorator),
    );
    const isOnTrial = closest?.declaration.rules.get(decorator)?.every(({ dryRun }) => dryRun);
    const replaced = others.find((place) => enforces(place, decorator, found));
    if (!closest || !isOnTrial || !replaced) return [];
    return {
      code: 'trial_replaces_rule',
      message: `${handler} has @${decorator} of ${closest.where} on trial in the place of that of ${replaced.where}, which refuses nobody any more`,
    };
  });
}

/** Whether a decorator refuses somebody for the method of the handler. */
function enforces({ declaration }: Place, decorator: string, { address }: Case): boolean {
  const rules = declaration.rules.get(decorator) ?? [];
  const { method = '' } = address;
  return rules.some(({ dryRun, safeMethods }) => !dryRun && !safeMethods.includes(method));
}

function unknownParameter({ handler, policy, address }: Case): readonly ReportWarning[] {
  const { transport, path } = address;
  const known = transport === 'http' ? pathParameters(path) : undefined;
  if (!known) return [];
  const read = argumentsIn(policy).map((argument) => argument.path.segments);
  const names = read.flatMap(([root, name]) =>
    root === 'params' && name !== undefined ? [name] : [],
  );
  return [...new Set(names)]
    .filter((name) => !known.has(name))
    .map((name) => ({
      code: 'unknown_parameter',
      message: `${handler} has a rule that reads params.${name}, and its path ${path} has no such parameter`,
    }));
}

/** Where a handler is called in several ways, or a rule has several branches: else it does not boot. */
function unreadArgument({ handler, policy, address, roots }: Case): readonly ReportWarning[] {
  const { transport } = address;
  const missed = argumentsIn(policy).filter(({ path }) => !roots.includes(path.segments[0] ?? ''));
  return [...new Set(missed.map(({ text }) => text))].map((text) => ({
    code: 'unread_argument',
    message: `${handler} has a rule that reads ${text}, and nothing that comes by ${transport} has it: it has ${roots.join(', ') || 'nothing'}`,
  }));
}

function argumentsIn({ rules }: RoutePolicy): readonly ReadArgument[] {
  return rules.flatMap(({ rule }) => argumentsOf(rule));
}

function permissionNeverGranted({
  handler,
  policy,
  circumstances,
}: Case): readonly ReportWarning[] {
  const { absentPermissions } = circumstances;
  const isAbsent = (name: string): boolean =>
    absentPermissions.some((prefix) => name.startsWith(prefix));
  return policy.requirements
    .filter(({ kind }) => kind === 'permissions')
    .filter(({ mode, names }) => (mode === 'all' ? names.some(isAbsent) : names.every(isAbsent)))
    .map(({ names }) => ({
      code: 'permission_never_granted',
      message: `${handler} requires ${names.filter(isAbsent).join(' and ')}, which no token has: nobody may call it`,
    }));
}

function wrapped({ handler, levels }: Case): ReportWarning | undefined {
  const level = levels.find(({ hasMethod }) => hasMethod);
  if (!level?.onHandler || level.isCarried) return;
  return {
    code: 'wrapped',
    message: `${handler} was replaced by a decorator above its declaration: the declaration holds by name, but other metadata of the handler may be lost`,
  };
}

function unguarded({ handler, policy, circumstances }: Case): ReportWarning | undefined {
  if (circumstances.guarding !== 'none' || policy.opening?.kind === 'public') return;
  return {
    code: 'unguarded',
    message: `${handler} has no guard of AuthModule before it: anyone may call it`,
  };
}

/** What was declared for the handler somewhere. */
interface Place {
  readonly where: string;
  readonly declaration: Declaration;
}

/** Where something was declared that does what is asked for, closest first: handlers, then classes. */
function placesOf({ name, levels }: Case, does: (declaration: Declaration) => boolean): Place[] {
  const places = [
    ...levels.map(({ className, onHandler }) => ({
      where: `${className}.${name}`,
      declaration: onHandler,
    })),
    ...levels.map(({ className, onClass }) => ({ where: className, declaration: onClass })),
  ];
  return places.filter(
    (place): place is Place => place.declaration !== undefined && does(place.declaration),
  );
}
