/** A member of the object itself: what a prototype would add is not there. */
export function ownProperty(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** The members of an object, without those a polluted `Object.prototype` would add. */
export function ownMembers<T extends object>(value: T): T {
  return Object.assign<object, T>(Object.create(null) as object, value);
}
