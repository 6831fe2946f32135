import { isClosing, type Declaration } from '../../policy/declaration.js';
import type { RoutePolicy } from '../../policy/route-policy.js';
import type { ControllerHandler } from '../controllers.js';
import { levelsOf, type DeclaredLevel } from './declared-levels.js';
import { callersOfUndeclared, type Circumstances } from './policy-in-words.js';
import type { ReportWarning } from './reported-route.js';

/** A handler, what holds for it, and what was declared for it where. */
interface Case {
  /** `Class.method`. */
  readonly handler: string;
  readonly name: string;
  readonly policy: RoutePolicy;
  /** The class of the handler first, then its base classes. */
  readonly levels: readonly DeclaredLevel[];
  readonly circumstances: Circumstances;
}

const CHECKS: readonly ((found: Case) => ReportWarning | undefined)[] = [
  undeclared,
  requirementFromOverride,
  publicBesideRequirement,
  wrapped,
  unguarded,
];

/** What about a handler may not be what was meant. */
export function warningsAbout(
  each: ControllerHandler,
  policy: RoutePolicy,
  circumstances: Circumstances,
): readonly ReportWarning[] {
  const { controller, name } = each;
  const handler = `${controller.name}.${name}`;
  const found = { handler, name, policy, levels: levelsOf(each), circumstances };
  return CHECKS.flatMap((check) => check(found) ?? []);
}

function undeclared(found: Case): ReportWarning | undefined {
  const { handler, policy, circumstances } = found;
  if (policy.opening || policy.declaredOn.length > 0) return;
  const [opened] = placesOf(found, ({ opening }) => opening !== undefined);
  const aside = opened === undefined ? '' : `, and what opens ${opened} is not inherited`;
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
  const closing = placesOf(found, isClosing);
  if (closing.length === 0) return;
  return {
    code: 'public_beside_requirement',
    message: `${handler} is opened by ${declaredOn.join()}, and the requirement of ${closing.join(' and ')} does not hold for it`,
  };
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

/** Where something was declared for the handler that does what is asked for. */
function placesOf({ name, levels }: Case, does: (declaration: Declaration) => boolean): string[] {
  return levels.flatMap(({ className, onClass, onHandler }) => [
    ...(does(onClass) ? [className] : []),
    ...(onHandler && does(onHandler) ? [`${className}.${name}`] : []),
  ]);
}
