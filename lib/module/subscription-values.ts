import { Forbidden } from '../core/auth-error.js';
import type { FieldInfo } from '../transports/field-call.js';
import { GraphqlRefusal } from '../transports/graphql-refusal.js';
import { isSubscribed } from '../transports/subscribed-field.js';
import type { ControllerHandler } from './controllers.js';

/** Where Nest keeps what `@Subscription()` is given. */
const OPTIONS = 'graphql:subscription_options;';

/** Makes what is told of what was published. */
type Resolve = (
  this: unknown,
  ...given: [value: unknown, args: unknown, context: unknown, info: FieldInfo]
) => unknown;

const guarded = new WeakSet<Resolve>();

/**
 * Has the values of a subscription resolved for those alone whom the guards let subscribe, `resolve` or
 * not: Nest hands that no guards. To be done before Nest looks for it; done once for each method.
 */
export function guardValues({ method, handler }: ControllerHandler): void {
  for (const target of new Set([method, handler])) {
    const options = Reflect.getMetadata(OPTIONS, target) as { resolve?: Resolve } | undefined;
    if (!options || (options.resolve && guarded.has(options.resolve))) continue;
    const resolve = forSubscribers(options.resolve ?? resolveByName);
    guarded.add(resolve);
    // The options may be another subscription's as well.
    Reflect.defineMetadata(OPTIONS, { ...options, resolve }, target);
  }
}

function forSubscribers(resolve: Resolve): Resolve {
  return function (...given) {
    const [, , context, info] = given;
    if (!isSubscribed(context, info)) throw notSubscribed();
    return resolve.apply(this, given);
  };
}

/** What is done by default with the values of a subscription: the same as `graphql` does. */
const resolveByName: Resolve = (value, ...given) => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  const [, , { fieldName = '' }] = given;
  const member = (value as Readonly<Record<string, unknown>>)[fieldName];
  return typeof member === 'function' ? (member.call(value, ...given) as unknown) : member;
};

/** Which application is asked cannot be told here, so it has Nest's own shape. */
function notSubscribed(): GraphqlRefusal {
  const failure = new Forbidden('unsupported_context', {
    detail: 'graphql: the value of a subscription that nobody was let in to',
  });
  return new GraphqlRefusal(failure, (refusal) => refusal, new Map());
}
