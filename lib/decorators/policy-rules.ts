import { Hidden } from '../core/auth-error.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import { PropertyPath } from '../core/property-path.js';
import { identifier, isSameIdentifier } from '../policy/identifier.js';
import type { Policy, PolicyClass } from '../policy/policy.js';
import type { CheckContext, Rule } from '../policy/rule.js';
import { arg, Argument } from './arg.js';

/**
 * That a policy allows it.
 *
 * @param policy A class in the providers of some module, not request-scoped.
 * @param args What it is given beside the principal: `{ id: arg('params.id'), action: 'read' }`.
 * @throws {AuthConfigurationError} When it is no class with a method `allows`.
 */
export function policy<Args extends object>(policy: PolicyClass<Args>, args?: Args): Rule {
  assertPolicy(policy);
  const given = Object.entries(args ?? {});
  const words = given.map(([name, value]) => `${name}: ${wordOf(value)}`);
  return {
    kind: 'check',
    label: `${policy.name}(${words.join(', ')})`,
    needs: [policy],
    run: (context) =>
      (context.instanceOf(policy) as Policy).allows({
        principal: context.principal,
        args: Object.fromEntries(given.map(([name, each]) => [name, valueOf(each, context)])),
        transport: context.transport,
        handler: context.handler,
        provide: (resource) => {
          context.provide(resource);
        },
      }),
  };
}

/** Loads what somebody owns. */
export interface ResourceLoader {
  /** @returns Nothing (`null` or `undefined`) where there is no such resource. */
  load(id: string): MaybePromise<object | null | undefined>;
}

/** Whose it is, and how that is found out. */
export interface OwnerOptions<T extends object = object> {
  /** A class of the container with a method `load`, or a function that loads by itself. */
  readonly load:
    | (abstract new (...dependencies: never[]) => ResourceLoader)
    | ((id: string) => MaybePromise<T | null | undefined>);
  /**
   * The argument that names the resource.
   *
   * @default 'params.id'
   */
  readonly id?: string;
  /**
   * Where in the resource its owner is: a path of own properties, or a function for what keeps them
   * elsewhere.
   *
   * @default 'ownerId'
   */
  readonly field?: string | ((resource: T) => unknown);
  /**
   * The claim that must be the same, as a path.
   *
   * @default the subject of the principal
   */
  readonly claim?: string;
}

/**
 * That the caller owns a resource. It is loaded once, and handed to the handler (`@Resource()`).
 *
 * Both must be real values: a resource without an owner, or a caller without the claim, is no match.
 * Where there is no such resource, the answer is 404.
 *
 * @throws {AuthConfigurationError} When an option is none.
 */
export function owner<T extends object>(options: OwnerOptions<T>): Rule {
  const { load, id = 'params.id', field = 'ownerId', claim } = options;
  if (typeof load !== 'function') throw noLoader();
  const argument = arg(id);
  const readOwner = typeof field === 'function' ? field : reader(field);
  const readClaim = claim === undefined ? undefined : reader(claim);
  const isClass = isLoaderClass(load);
  return {
    kind: 'check',
    label: `owner of ${id}${claim === undefined ? '' : ` by ${claim}`}`,
    needs: isClass ? [load] : [],
    run: (context) => {
      const name = identifier(context.argument(argument.path));
      if (name === undefined || context.principal.kind === 'anonymous') return false;
      const loaded = isClass
        ? (context.instanceOf(load) as ResourceLoader).load(name)
        : (load as (id: string) => MaybePromise<T | null | undefined>)(name);
      return whenReady(loaded as MaybePromise<T | null | undefined>, (resource) => {
        if (resource === null || resource === undefined) throw new Hidden();
        const { claims, subject } = context.principal;
        const isOwn = isSameIdentifier(
          readOwner(resource),
          readClaim ? readClaim(claims) : subject,
        );
        if (isOwn) context.provide(resource);
        return isOwn;
      });
    },
  };
}

/**
 * That the caller's organization is the one the request names: `sameOrganization('params.orgId')`.
 * A caller without an organization is in none.
 *
 * @throws {AuthConfigurationError} When the text is no path to an argument.
 */
export function sameOrganization(path: string): Rule {
  const argument = arg(path);
  return {
    kind: 'check',
    label: `same organization as ${path}`,
    needs: [],
    run: (context) =>
      isSameIdentifier(context.principal.organizationId, context.argument(argument.path)),
  };
}

function valueOf(given: unknown, context: CheckContext): unknown {
  return given instanceof Argument ? context.argument(given.path) : given;
}

function wordOf(given: unknown): string {
  return given instanceof Argument ? given.text : JSON.stringify(given);
}

function reader(path: string): (value: unknown) => unknown {
  try {
    const compiled = PropertyPath.parse(path);
    return (value) => compiled.read(value);
  } catch {
    throw new AuthConfigurationError(
      `owner({ … ${JSON.stringify(path)} })`,
      'is not a path',
      'Write names separated by dots: ownerId, author.id.',
    );
  }
}

/** A class cannot be called, and a function has no such method. */
function isLoaderClass(load: object): boolean {
  return hasMethod(load, 'load');
}

/** Whether the instances of a class have a method. */
function hasMethod(given: unknown, name: string): boolean {
  const prototype: unknown = typeof given === 'function' ? given.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) return false;
  return typeof (prototype as Readonly<Record<string, unknown>>)[name] === 'function';
}

function assertPolicy(policy: PolicyClass): void {
  if (hasMethod(policy, 'allows')) return;
  throw new AuthConfigurationError(
    'policy()',
    'is given no class of policies',
    'Give a class with a method allows({ principal, args }), and add it to the providers of a module; a circular import leaves undefined behind.',
  );
}

function noLoader(): AuthConfigurationError {
  return new AuthConfigurationError(
    'owner()',
    'has nothing to load the resource with',
    'Give load: a class with a method load(id), or a function.',
  );
}
