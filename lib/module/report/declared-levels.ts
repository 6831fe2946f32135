import { HANDLER_DECLARATION } from '../../decorators/declarations.js';
import { methodOf } from '../../guards/ancestry.js';
import { chainOf } from '../../guards/class-declarations.js';
import type { Declaration } from '../../policy/declaration.js';
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
  return chainOf([metatype, controller]).map((level) => {
    const { onClass, onHandlers } = level;
    const method = methodOf(level.controller.prototype, name);
    const hasMethod = typeof method === 'function';
    const isCarried = hasMethod && Reflect.hasMetadata(HANDLER_DECLARATION, method);
    return {
      className: level.name,
      onClass,
      onHandler: onHandlers.get(name),
      hasMethod,
      isCarried,
    };
  });
}
