import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { RoutePolicies } from '../guards/route-policies.js';
import type { RoutePolicy } from '../policy/route-policy.js';
import { missedArguments, type ReadArgument } from '../policy/rule.js';
import type { ControllerHandler } from './controllers.js';
import { callTypesOf, nameOf } from './enforcement.js';
import { readableRoots } from './readable-roots.js';

/**
 * Refuses to boot where a rule reads what no call of its handler brings: `params.id` of a message. It
 * would be `undefined` each time, and nobody would get in. A stream of gRPC brings nothing: who may call
 * is decided when it begins.
 *
 * A handler may be called in several ways: what can be read in one of them is left to the report.
 *
 * @throws {AuthConfigurationError}
 */
export function assertArguments(
  handlers: Iterable<ControllerHandler>,
  policies: RoutePolicies,
): void {
  for (const each of handlers) {
    const types = callTypesOf(each);
    const roots = types.flatMap((type) => readableRoots(each, type));
    // By what calls others, such as a queue, nobody gets in whatever the rule reads.
    if (types.length === 0) continue;
    assertReadable(policies.of(each), roots, (missed, declaredOn) => {
      const problem = `has a rule, declared on ${declaredOn}, that reads ${missed.text}, which nothing has that comes by ${types.join(' or ')}`;
      return new AuthConfigurationError(nameOf(each), problem, cureOf(missed, roots));
    });
  }
}

const NO_MESSAGE = 'and nobody who connects has sent a message yet';
const NO_ARGUMENT = 'which nothing has that comes by ws';

const FOR_MESSAGES =
  'Declare the rule on the handlers of messages, and not on the class: what is declared there holds for connecting, too.';

/** Messages have no other arguments either. */
const FOR_NEITHER =
  "Connecting has no arguments, so that its rules decide by who is calling: @Roles, hasPermission(…). Messages have a payload, which rules on their handlers read: arg('payload.id').";

/**
 * Refuses to boot where a rule that holds for connecting to a gateway reads an argument: there is none.
 *
 * @param connections To each gateway.
 * @throws {AuthConfigurationError}
 */
export function assertConnectionArguments(
  connections: Iterable<ControllerHandler>,
  policies: RoutePolicies,
): void {
  for (const each of connections) {
    assertReadable(policies.learn(each), [], (missed, declaredOn) => {
      const rule = `has a rule, declared on ${declaredOn}, that reads ${missed.text}`;
      return ofMessages(missed)
        ? new AuthConfigurationError(nameOf(each), `${rule}, ${NO_MESSAGE}`, FOR_MESSAGES)
        : new AuthConfigurationError(nameOf(each), `${rule}, ${NO_ARGUMENT}`, FOR_NEITHER);
    });
  }
}

function ofMessages({ path }: ReadArgument): boolean {
  const roots: readonly string[] = ARGUMENT_ROOTS.ws;
  return roots.includes(path.segments[0] ?? '');
}

function assertReadable(
  policy: RoutePolicy | undefined,
  roots: readonly string[],
  refusal: (missed: ReadArgument, declaredOn: string) => Error,
): void {
  const canRead = ({ path }: ReadArgument): boolean => roots.includes(path.segments[0] ?? '');
  for (const { rule, declaredOn } of policy?.rules ?? []) {
    const [missed] = missedArguments(rule, canRead);
    if (missed) throw refusal(missed, declaredOn);
  }
}

const STREAM_CURE =
  'A stream has no message yet when it is decided who may call: declare a rule that reads nothing, and decide on each message in the handler.';

/** The same path with another beginning. */
function cureOf({ path, text }: ReadArgument, roots: readonly string[]): string {
  if (roots.length === 0) return STREAM_CURE;
  const rest = text.slice(path.segments[0]?.length);
  const instead = roots.map((root) => `'${root}${rest}'`);
  return `Read ${instead.join(' or ')} instead.`;
}
