/** A member of the object itself: what a prototype would add is not there. */
export function ownProperty(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
