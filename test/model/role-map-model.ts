/** What roles by method ask for: written from the words of docs/authorization.md. */

import type { MapEntry, MapKey, Route, WrittenMap } from './written.js';

/** A handler as Nest routes to it. */
export interface Routed {
  readonly route: Route;
  readonly controllerPath: string | readonly string[];
}

/** What a map asks for. */
export type Asked =
  'nothing' | 'the impossible' | { readonly all: boolean; readonly names: readonly string[] };

export function askedBy(map: WrittenMap, routed: Routed): Asked {
  if (!isByMethod(map)) return asked(map);
  const entry = keysOf(routed)
    .map((key) => map[key])
    .find((each) => each !== undefined);
  if (entry !== undefined) return asked(entry);
  return map.unlisted === 'authenticated' ? 'nothing' : 'the impossible';
}

type ByMethod = Exclude<WrittenMap, MapEntry>;

function isByMethod(map: WrittenMap): map is ByMethod {
  if (typeof map !== 'object' || Array.isArray(map)) return false;
  return !('roles' in map);
}

/** The keys that may speak of a handler, the closest first. */
function keysOf(routed: Routed): readonly MapKey[] {
  const { method } = routed.route;
  if (method === 'ALL') return ['ALL', '*'];
  return [...(method === 'GET' ? closerKeys(routed) : []), method, 'ALL', '*'];
}

function closerKeys(routed: Routed): readonly ('GET_ONE' | 'GET_MANY')[] {
  const isOne = endsWithParameter(routed);
  if (isOne === undefined) return [];
  return isOne ? ['GET_ONE'] : ['GET_MANY'];
}

/** @returns `undefined` where it cannot be told: paths that differ in it, or a part that may be left out. */
function endsWithParameter({ route, controllerPath }: Routed): boolean | undefined {
  const ofHandler = listed(route.path);
  const paths = ofHandler.join('') === '' ? listed(controllerPath) : ofHandler;
  if (paths.some((path) => path.includes('{'))) return undefined;
  const said = new Set(paths.map((path) => path.split('/').at(-1)?.startsWith(':') ?? false));
  return said.size === 1 ? said.has(true) : undefined;
}

function listed(path: string | readonly string[]): readonly string[] {
  return typeof path === 'string' ? [path] : path;
}

/** One role, a list of which all are needed, a list with `match`, or any authenticated caller. */
function asked(entry: MapEntry): Asked {
  if (entry === true) return 'nothing';
  if (typeof entry === 'string') return { all: true, names: [entry] };
  if ('roles' in entry) return { all: entry.match !== 'any', names: entry.roles };
  return { all: true, names: entry };
}
