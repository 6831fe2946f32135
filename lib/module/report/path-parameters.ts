/**
 * The names of the parameters of a path.
 *
 * @returns `undefined` where that cannot be told: of names in quotes, patterns, and stars without a name.
 */
export function pathParameters(path: string): ReadonlySet<string> | undefined {
  if (/["(]|\*(?![\p{ID_Start}$_])/u.test(path)) return;
  const found = path.matchAll(/[:*]([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu);
  return new Set([...found].map(([, name = '']) => name));
}
