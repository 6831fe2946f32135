/** A member of an object, and what it is set to; `undefined` takes it away. */
export type Edit = readonly [name: string, value: unknown];

/** The object as JSON after the edits. `__proto__` is a member like any other, as it is for a parser. */
export function edited(members: object, edits: readonly Edit[]): string {
  return JSON.stringify(Object.fromEntries([...Object.entries(members), ...edits]));
}

/** The object as JSON, with one more member, which may be there already, at either end. */
export function doubled(members: object, [name, value]: Edit, isFirst: boolean): string {
  const member = `${JSON.stringify(name)}:${JSON.stringify(value ?? null)}`;
  const others = JSON.stringify(members).slice(1, -1);
  return isFirst ? `{${member},${others}}` : `{${others},${member}}`;
}
