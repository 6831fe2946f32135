import { NOT_IMPERSONATED, type Impersonation } from '../../policy/impersonation.js';
import { SAFE_METHODS } from '../../policy/safe-methods.js';
import type { Opening } from '../../policy/declaration.js';
import type {
  RouteAcceptance,
  RoutePolicy,
  RouteRequirement,
  RouteRule,
} from '../../policy/route-policy.js';
import { authorityInWords, inWords } from '../../policy/words.js';
import type { Guarding } from './guarding.js';
import type { ReportedRoute } from './reported-route.js';

/** What a policy means depends on it. */
export interface Circumstances {
  readonly guarding: Guarding;
  /** Whether a handler for which nothing is declared is closed to everybody. */
  readonly denyUndeclared: boolean;
  readonly impersonation: Impersonation;
  /** That of the handler, where it is one of HTTP. */
  readonly method: string | undefined;
  /** The parameters of its path that name a tenant. */
  readonly tenantParameters: readonly string[];
  /** What permissions begin with that no caller has. */
  readonly absentPermissions: readonly string[];
}

type PolicyInWords = Pick<ReportedRoute, 'policy' | 'declaredOn'>;

/** A part of a policy in words, and where it was declared. */
type Part = readonly [words: string, declaredOn: string];

const ANYONE = 'anyone';
const ANY_CALLER = 'any authenticated caller';
const NOBODY = 'nobody';

/** Who may call a handler, in words. */
export function policyInWords(
  policy: RoutePolicy | undefined,
  circumstances: Circumstances,
): PolicyInWords {
  if (!policy) return stated(`${NOBODY}: what is declared cannot be told`);
  const { opening, declaredOn } = policy;
  if (opening?.kind === 'public') return stated('public', declaredOn);
  if (circumstances.guarding === 'none') {
    return stated(`${ANYONE}: no guard of AuthModule is there`, declaredOn);
  }
  return unlessImpersonated(circumstances, ofTenant(circumstances, whoOf(policy, circumstances)));
}

function whoOf(policy: RoutePolicy, circumstances: Circumstances): PolicyInWords {
  const { opening, declaredOn } = policy;
  if (opening) return ofOpening(opening, policy);
  if (declaredOn.length > 0) return ofParts(policy);
  const callers = callersOfUndeclared(circumstances);
  return stated(callers === NOBODY ? `${NOBODY}: nothing is declared` : callers);
}

/** What the option `tenant` says, where a handler's path bears on it. */
function ofTenant(
  { tenantParameters }: Circumstances,
  { policy, declaredOn }: PolicyInWords,
): PolicyInWords {
  if (tenantParameters.length === 0) return { policy, declaredOn };
  const names = tenantParameters.map((name) => `:${name}`).join(' and ');
  return { policy: `${policy}; of tenant ${names}`, declaredOn: [...declaredOn, 'tenant'] };
}

/** What the option `impersonation` says, where it keeps anybody out. */
function unlessImpersonated(
  { impersonation, method = '' }: Circumstances,
  { policy, declaredOn }: PolicyInWords,
): PolicyInWords {
  const safe: readonly string[] = SAFE_METHODS;
  const isReading = impersonation === 'read-only' && safe.includes(method);
  const isSaid = policy.split('; ').includes(NOT_IMPERSONATED);
  if (impersonation === 'allow' || isReading || isSaid) return { policy, declaredOn };
  const isOfAll = impersonation === 'read-only' && method === 'ALL';
  const words = isOfAll ? `only ${safe.join(', ')} while impersonated` : NOT_IMPERSONATED;
  return { policy: `${policy}; ${words}`, declaredOn: [...declaredOn, 'impersonation'] };
}

/** Who may call a handler for which nothing is declared. */
export function callersOfUndeclared({ guarding, denyUndeclared }: Circumstances): string {
  if (guarding === 'none') return ANYONE;
  return denyUndeclared && guarding === 'decides' ? NOBODY : ANY_CALLER;
}

function stated(policy: string, declaredOn: readonly string[] = []): PolicyInWords {
  return { policy, declaredOn: declaredOn.slice(0, 1) };
}

function openingInWords(opening: Opening): string {
  if (opening.kind === 'public') return 'public';
  return `${ANYONE}, a bad token ${opening.onInvalid === 'reject' ? 'rejected' : 'counts as none'}`;
}

function ofOpening(opening: Opening, { declaredOn, accepts }: RoutePolicy): PolicyInWords {
  const [closest = ''] = declaredOn;
  return joined([[openingInWords(opening), closest], ...ofAcceptance(accepts)]);
}

function ofParts(policy: RoutePolicy): PolicyInWords {
  const { requirements, rules, exempted, declaredOn, accepts } = policy;
  const isAsking = requirements.length > 0 || rules.some(({ dryRun }) => !dryRun);
  const [closest = ''] = declaredOn;
  const anyCaller: Part[] = isAsking ? [] : [[ANY_CALLER, closest]];
  return joined([
    ...anyCaller,
    ...ofAcceptance(accepts),
    ...requirements.map(ofRequirement),
    ...rules.map(ofRule),
    ...exempted.map(ofExempted),
  ]);
}

function joined(parts: readonly Part[]): PolicyInWords {
  return {
    policy: parts.map(([words]) => words).join('; '),
    declaredOn: parts.map(([, where]) => where),
  };
}

function ofAcceptance(accepts: RouteAcceptance | undefined): readonly Part[] {
  if (!accepts) return [];
  const { mode, names, declaredOn } = accepts;
  return [[`by ${names.join(mode === 'all' ? ' and ' : ' or ')}`, declaredOn]];
}

function ofRequirement(requirement: RouteRequirement): Part {
  return [authorityInWords(requirement), requirement.declaredOn];
}

function ofRule({ rule, hide, dryRun, declaredOn }: RouteRule): Part {
  return [`${inWords(rule)}${hide ? ' (404)' : ''}${dryRun ? ' (on trial)' : ''}`, declaredOn];
}

/** The methods tell why: that of the handler is one of them. */
function ofExempted({ rule, safeMethods, declaredOn }: RouteRule): Part {
  return [`${inWords(rule)} (not asked: ${safeMethods.join(', ')})`, declaredOn];
}
