import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import {
  closingPart,
  emptyDeclaration,
  isClosing,
  type ClassDeclarations,
  type Declaration,
  type Opening,
} from '../policy/declaration.js';

/** Metadata key of what is declared in a class; read it through `Reflector`. */
export const CLASS_DECLARATIONS = Symbol.for('nestjs-portcullis:class-declarations');

/** Metadata key of what is declared on a handler, kept on the function itself. */
export const HANDLER_DECLARATION = Symbol.for('nestjs-portcullis:handler-declaration');

/** The declarations of a class, and the class they are of: metadata is inherited, so a reader must compare. */
export interface OwnedDeclarations extends ClassDeclarations {
  readonly owner: object;
}

/** A decorator for controllers and for handlers. */
export type AuthDecorator = ClassDecorator & MethodDecorator;

/**
 * Makes a decorator that changes the declaration of its target.
 *
 * A handler's declaration is kept under its class and name as well as on its function: a decorator
 * above ours that replaces the function does not lose it.
 */
export function declare(
  name: string,
  change: (declaration: Declaration, target: string) => void,
): AuthDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const handler: unknown = descriptor?.value;
    if (key !== undefined && typeof handler !== 'function') throw notOnMethod(name, target, key);
    const declaration = key === undefined ? declarationsOf(target).onClass : ofHandler(target, key);
    if (typeof handler === 'function') {
      Reflect.defineMetadata(HANDLER_DECLARATION, declaration, handler);
    }
    change(declaration, targetName(target, key));
    refuseContradiction(declaration, targetName(target, key));
  };
}

function ofHandler(prototype: object, key: string | symbol): Declaration {
  const { onHandlers } = declarationsOf(prototype.constructor);
  const declaration = onHandlers.get(key) ?? emptyDeclaration();
  onHandlers.set(key, declaration);
  return declaration;
}

function declarationsOf(owner: object): OwnedDeclarations {
  const own = ownDeclarations(owner) ?? ownDeclarations(prototypeOf(owner));
  if (own?.owner === owner) return own;
  // Of another class: copied along with other metadata, or declared before something took the place
  // of that class and its prototype. Its requirements are kept, and not shared.
  const kept = own ? closingPart(own) : { onClass: emptyDeclaration(), onHandlers: new Map() };
  const created: OwnedDeclarations = { owner, ...kept };
  Reflect.defineMetadata(CLASS_DECLARATIONS, created, owner);
  Reflect.defineMetadata(CLASS_DECLARATIONS, created, prototypeOf(owner));
  return created;
}

function ownDeclarations(target: object): OwnedDeclarations | undefined {
  return Reflect.getOwnMetadata(CLASS_DECLARATIONS, target) as OwnedDeclarations | undefined;
}

/** What a class that takes the place of another one may share with it. */
function prototypeOf(owner: object): object {
  const { prototype } = owner as { readonly prototype?: unknown };
  return typeof prototype === 'object' && prototype !== null ? prototype : owner;
}

const SPELLING: Readonly<Record<Opening['kind'], string>> = {
  public: '@Public',
  optional: '@OptionalAuth',
};

/** @throws {AuthConfigurationError} When it was opened in another way. */
export function open(declaration: Declaration, opening: Opening, target: string): void {
  const before = declaration.opening;
  if (before && JSON.stringify(before) !== JSON.stringify(opening)) {
    throw new AuthConfigurationError(
      `${SPELLING[opening.kind]} on ${target}`,
      `contradicts ${SPELLING[before.kind]} beside it`,
      'Keep one of the two.',
    );
  }
  declaration.opening = opening;
}

function refuseContradiction(declaration: Declaration, target: string): void {
  const { opening, requirements, roleMap } = declaration;
  if (roleMap && requirements.has('roles')) {
    throw new AuthConfigurationError(
      `@RoleMap on ${target}`,
      'contradicts @Roles beside it',
      'Keep one of the two.',
    );
  }
  const contradicts = isClosing(
    opening?.kind === 'public' ? declaration : { ...declaration, accepts: undefined },
  );
  if (!opening || !contradicts) return;
  const spelling = SPELLING[opening.kind];
  throw new AuthConfigurationError(
    `${spelling} on ${target}`,
    'contradicts the requirement declared beside it',
    `Remove ${spelling} to keep the requirement, or remove the requirement to open the route.`,
  );
}

function notOnMethod(name: string, target: object, key: string | symbol): AuthConfigurationError {
  return new AuthConfigurationError(
    `@${name} on ${targetName(target, key)}`,
    'is not on a method',
    'Put it on a controller class or on a handler method.',
  );
}

function targetName(target: object, key: string | symbol | undefined): string {
  const owner = typeof target === 'function' ? target : target.constructor;
  return key === undefined ? owner.name : `${owner.name}.${String(key)}`;
}
