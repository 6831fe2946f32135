/** A class that Nest routes requests to. */
export type Controller = (abstract new (...args: never[]) => unknown) & {
  readonly prototype: object;
};

/** A class and its base classes, closest first, whether `extends` made them so or a prototype that was set by hand. */
export function ancestryOf(controller: Controller): readonly Controller[] {
  const ancestry = new Set<Controller>([controller]);
  // A set that grows is walked to its end, and takes up nothing twice.
  for (const each of ancestry) {
    const above: unknown[] = [Object.getPrototypeOf(each), constructorAbove(each)];
    for (const base of above.filter(isClass)) ancestry.add(base);
  }
  return [...ancestry];
}

function constructorAbove({ prototype }: Controller): unknown {
  const above: unknown = Object.getPrototypeOf(prototype);
  return above === null ? undefined : (above as object).constructor;
}

function isClass(value: unknown): value is Controller {
  const isFunction = typeof value === 'function' && typeof value.prototype === 'object';
  return isFunction && value !== Object && value !== Function.prototype;
}

/** What a prototype itself has under a name, read without calling a getter. */
export function methodOf(prototype: object, name: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.value;
}
