import type { ModulesContainer } from '@nestjs/core';
import { graphqlModuleOptions } from '../transports/graphql-modules.js';

/** Where Nest keeps what a method resolves. */
const TYPE = 'graphql:resolver_type';
const NAME = 'graphql:resolver_name';
const PROPERTY = 'graphql:resolve_property';
const REFERENCE = 'graphql:resolve_reference';

const MARKS = [TYPE, PROPERTY, REFERENCE];

/** What operations begin with. */
const ROOTS = ['Query', 'Mutation', 'Subscription'];

/** A method of a provider, and the class that was registered. */
interface Method {
  readonly metatype: object;
  readonly name: string;
  readonly method: object;
}

/** Whether a class has resolvers: Nest looks for them in every provider. Nobody's getter is called. */
export function hasResolvers({ prototype }: { readonly prototype?: object | null }): boolean {
  let at: object | null | undefined = prototype;
  while (at && at !== Object.prototype) {
    if (Object.values(Object.getOwnPropertyDescriptors(at)).some(isMarked)) return true;
    at = Object.getPrototypeOf(at) as object | null;
  }
  return false;
}

function isMarked({ value }: PropertyDescriptor): boolean {
  return (
    typeof value === 'function' && MARKS.some((key) => Reflect.hasMetadata(key, value as object))
  );
}

/** Whether a method resolves what an operation begins with: Nest hands it every guard. */
export function isRootResolver({ method }: Pick<Method, 'method'>): boolean {
  return ROOTS.includes(Reflect.getMetadata(TYPE, method) as string);
}

/** Whether a method resolves a field or an entity: Nest hands it guards where it is told to. */
export function isFieldResolver(each: Pick<Method, 'method'>): boolean {
  const { method } = each;
  const isField = [TYPE, PROPERTY].some((key) => Reflect.hasMetadata(key, method));
  return (isField && !isRootResolver(each)) || isEntityResolver(each);
}

/** Whether a method resolves entities, which whoever asks a subgraph reaches by no other resolver. */
export function isEntityResolver({ method }: Pick<Method, 'method'>): boolean {
  return Reflect.hasMetadata(REFERENCE, method);
}

/** What a method resolves, as Nest names it: `Query.posts`, `Post.author`; `undefined` for other methods. */
export function resolvedBy(each: Method): string | undefined {
  const { method, metatype, name } = each;
  if (!isRootResolver(each) && !isFieldResolver(each)) return;
  const type = (Reflect.getMetadata(TYPE, method) ??
    Reflect.getMetadata(TYPE, metatype)) as unknown;
  // Nest makes a field of none that is of no type.
  if (typeof type !== 'string') return;
  const given = Reflect.getMetadata(NAME, method) as string | undefined;
  return `${type}.${isEntityResolver(each) ? '__resolveReference' : (given ?? name)}`;
}

/** Whether every GraphQLModule hands fields their guards. */
export function areFieldsGuarded(modules: ModulesContainer): boolean {
  return graphqlModuleOptions(modules).every((each) => {
    const { fieldResolverEnhancers: given } = each as { fieldResolverEnhancers?: unknown };
    return Array.isArray(given) && given.includes('guards');
  });
}
