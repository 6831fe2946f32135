import { Hidden } from '../core/auth-error.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import { ownMembers } from '../core/own-property.js';
import { userOf, type Principal } from '../core/principal.js';
import { PropertyPath } from '../core/property-path.js';
import { areSameIdentifiers, identifier } from '../policy/identifier.js';
import type { Policy, PolicyClass } from '../policy/policy.js';
import type { CheckContext, Rule } from '../policy/rule.js';
import { arg, Argument } from './arg.js';
import { refuseUnknown } from './known-options.js';

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
  for (const [name, value] of given) assertArgument(`policy(${policy.name})`, name, value);
  return {
    kind: 'check',
    label: `${policy.name}(${given.map(wordsOf).join(', ')})`,
    needs: [policy],
    reads: given.map(([, value]) => value).filter((value) => value instanceof Argument),
    run: (context) => ask(context.instanceOf(policy) as Policy, given, context),
  };
}

type Given = readonly (readonly [string, unknown])[];

/** What a policy provides counts with its `true`, and not without it nor after it. */
function ask(policy: Policy, given: Given, context: CheckContext): unknown {
  let provided: unknown;
  const { principal, transport, handler } = context;
  const answer: unknown = policy.allows({
    principal,
    user: userOf(principal),
    args: Object.fromEntries(given.map(([name, each]) => [name, valueOf(each, context)])),
    transport,
    handler,
    provide: (resource) => {
      provided = resource;
    },
  });
  return whenReady(answer, (value) => {
    if (value === true && provided !== undefined) context.provide(provided);
    return value;
  });
}

/** Loads what somebody owns. */
export interface ResourceLoader {
  /** @returns Nothing (`null` or `undefined`) where there is no such resource. */
  load(id: string): MaybePromise<object | null | undefined>;
}

/** What makes somebody the owner. */
export interface OwnershipOptions<T extends object = object> {
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

/** Whose it is, and how that is found out. */
export interface OwnerOptions<T extends object = object> extends OwnershipOptions<T> {
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
}

/** The names of all of them. */
const OWNERSHIP_OPTIONS = ['field', 'claim'];
export const OWNER_OPTIONS: readonly string[] = ['load', 'id', ...OWNERSHIP_OPTIONS];

/**
 * Whether somebody owns a resource that is there already, for services: `owns(principal, document)`.
 * Both must be real values; somebody anonymous owns nothing.
 *
 * @throws {AuthConfigurationError} When an option is none.
 */
export function owns<T extends object>(
  principal: Principal,
  resource: T,
  options: OwnershipOptions<T> = {},
): boolean {
  refuseUnknown('owns()', ownMembers(options), OWNERSHIP_OPTIONS);
  return ownershipOf(options)(principal, resource) === true;
}

function ownershipOf<T extends object>(
  options: OwnershipOptions<T>,
): (principal: Principal, resource: T) => boolean | undefined {
  const { field = 'ownerId', claim } = ownMembers(options);
  const readOwner = typeof field === 'function' ? field : reader(field);
  const readClaim = claim === undefined ? undefined : reader(claim);
  return (principal, resource) => {
    if (principal.kind === 'anonymous') return undefined;
    const claimed = readClaim ? readClaim(principal.claims) : principal.subject;
    return areSameIdentifiers(readOwner(resource), claimed);
  };
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
  const { load, id = 'params.id', claim } = ownMembers(options);
  refuseUnknown('owner()', ownMembers(options), OWNER_OPTIONS);
  if (typeof load !== 'function') throw noLoader('has nothing to load the resource with');
  const argument = arg(id);
  const isOwner = ownershipOf(options);
  const isClass = isLoaderClass(load);
  return {
    kind: 'check',
    label: `owner of ${id}${claim === undefined ? '' : ` by ${claim}`}`,
    needs: isClass ? [load] : [],
    reads: [argument],
    run: (context) => {
      const name = identifier(context.argument(argument.path));
      // What cannot be told is no answer, and so its contrary is none.
      if (name === undefined || context.principal.kind === 'anonymous') return undefined;
      const loaded = isClass
        ? (context.instanceOf(load) as ResourceLoader).load(name)
        : (load as (id: string) => MaybePromise<T | null | undefined>)(name);
      return whenReady(loaded as MaybePromise<T | null | undefined>, (resource) => {
        if (resource === null || resource === undefined) throw new Hidden();
        const isOwn = isOwner(context.principal, resource);
        if (isOwn === true) context.provide(resource);
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
    reads: [argument],
    run: (context) =>
      areSameIdentifiers(context.principal.organizationId, context.argument(argument.path)),
  };
}

function valueOf(given: unknown, context: CheckContext): unknown {
  return given instanceof Argument ? context.argument(given.path) : given;
}

/** A text may be a secret: only what is read from the request, numbers and booleans are said. */
function wordsOf([name, given]: readonly [string, unknown]): string {
  if (given instanceof Argument) return `${name}: ${given.text}`;
  const isPlain = typeof given === 'number' || typeof given === 'boolean';
  return isPlain ? `${name}: ${String(given)}` : name;
}

/** @throws {AuthConfigurationError} When it would not reach the policy as it was meant. */
function assertArgument(option: string, name: string, given: unknown): void {
  const isNested = typeof given === 'object' && given !== null && !(given instanceof Argument);
  if (!isNested || !Object.values(given).some((each) => each instanceof Argument)) return;
  throw new AuthConfigurationError(
    `${option}: ${name}`,
    'has an arg(…) inside of something',
    'Give it an argument of its own: { first: arg(…), second: arg(…) }.',
  );
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

/**
 * Whether it is a class that loads, and no function.
 *
 * @throws {AuthConfigurationError} When it is a class that does not load: it cannot be called either.
 */
function isLoaderClass(load: object): boolean {
  if (hasMethod(load, 'load')) return true;
  const descriptor = Object.getOwnPropertyDescriptor(load, 'prototype');
  const members = Reflect.ownKeys(Object(descriptor?.value) as object);
  // Only of a class, the prototype cannot be replaced; one made by a compiler shows by its members.
  const isClass = descriptor?.writable === false || members.some((key) => key !== 'constructor');
  if (isClass) throw noLoader('is given a class without a method load(id)');
  return false;
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

function noLoader(problem: string): AuthConfigurationError {
  return new AuthConfigurationError(
    'owner()',
    problem,
    'Give load: a class with a method load(id), neither abstract nor a property, or a function.',
  );
}
