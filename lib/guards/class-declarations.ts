import { CLASS_DECLARATIONS, type OwnedDeclarations } from '../decorators/declarations.js';
import { closingPart, NOTHING_DECLARED } from '../policy/declaration.js';
import type { NamedDeclarations } from '../policy/route-policy.js';
import { ancestryOf, type Controller } from './ancestry.js';

/** What is declared in one class. */
export interface DeclarationsOf extends NamedDeclarations {
  readonly controller: Controller;
}

/** What is declared in some classes and their base classes, closest first. */
export function chainOf(classes: readonly Controller[]): readonly DeclarationsOf[] {
  const ancestry = [...new Set(classes.flatMap(ancestryOf))];
  return ancestry.map((each) => declarationsIn(each, ancestry));
}

/**
 * Metadata of a base class is found where a class has none of its own: it is met with again at the base
 * class. Declarations of a class that is no ancestor were copied along with other metadata, or are of a
 * class whose prototype this one took over: what they require holds.
 */
function declarationsIn(controller: Controller, ancestry: readonly object[]): DeclarationsOf {
  const found = [controller, controller.prototype].flatMap((target) => {
    const declarations: unknown = Reflect.getMetadata(CLASS_DECLARATIONS, target);
    return declarations === undefined ? [] : [declarations as OwnedDeclarations];
  });
  const own = found.find(({ owner }) => owner === controller);
  const foreign = found.find(({ owner }) => !ancestry.includes(owner));
  const declared = own ?? (foreign ? closingPart(foreign) : NOTHING_DECLARED);
  return { ...declared, name: controller.name, controller };
}
