import {
  CLASS_DECLARATIONS,
  HANDLER_DECLARATION,
  type OwnedDeclarations,
} from '../../decorators/declarations.js';
import { ancestryOf, methodOf, type Controller } from '../../guards/ancestry.js';
import {
  closingPart,
  NOTHING_DECLARED,
  type ClassDeclarations,
  type Declaration,
} from '../../policy/declaration.js';
import type { ControllerHandler } from '../controllers.js';

/** What one class of an inheritance chain has and declares under the name of a handler. */
export interface DeclaredLevel {
  readonly className: string;
  readonly onClass: Declaration;
  readonly onHandler: Declaration | undefined;
  /** Whether the class has a method of its own under that name. */
  readonly hasMethod: boolean;
  /** Whether that method carries its declaration. */
  readonly isCarried: boolean;
}

/** The class of a handler first, then its base classes. */
export function levelsOf(handler: ControllerHandler): readonly DeclaredLevel[] {
  const { metatype, controller, name } = handler;
  const ancestry = [...new Set([metatype, controller].flatMap(ancestryOf))];
  return ancestry.map((each) => {
    const { onClass, onHandlers } = declarationsIn(each, ancestry);
    const method = methodOf(each.prototype, name);
    const hasMethod = typeof method === 'function';
    const isCarried = hasMethod && Reflect.hasMetadata(HANDLER_DECLARATION, method);
    return {
      className: each.name,
      onClass,
      onHandler: onHandlers.get(name),
      hasMethod,
      isCarried,
    };
  });
}

/** Its own declarations; or what closes of those that were copied from a class that is no ancestor. */
function declarationsIn(each: Controller, ancestry: readonly object[]): ClassDeclarations {
  const targets = [each, each.prototype];
  const found = targets.flatMap((target) => {
    const declarations: unknown = Reflect.getMetadata(CLASS_DECLARATIONS, target);
    return declarations === undefined ? [] : [declarations as OwnedDeclarations];
  });
  const own = found.find(({ owner }) => owner === each);
  const foreign = found.find(({ owner }) => !ancestry.includes(owner));
  return own ?? (foreign ? closingPart(foreign) : NOTHING_DECLARED);
}
