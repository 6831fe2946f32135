/**
 * What authorization declarations mean, a second time: written from the words of the README and of
 * docs/adr/0003, and sharing nothing with `lib`.
 */

export const KINDS = ['roles', 'permissions', 'scopes'] as const;
type Kind = (typeof KINDS)[number];

/** `@Public()`. */
export interface Opening {
  readonly is: 'public';
}

/** `@Roles(…)`, `@Permissions.any(…)`, `@Scopes.all(…)`, … */
export interface Requiring {
  readonly is: 'required';
  readonly kind: Kind;
  readonly variant: 'bare' | 'any' | 'all';
  readonly names: readonly string[];
}

/** A decorator that puts another function in the place of the handler: it means nothing. */
export interface Tracing {
  readonly is: 'trace';
}

export type Written = Opening | Requiring | Tracing;

/** One class as it is written; decorators from the top down. */
export interface WrittenClass {
  readonly aboveClass: readonly Written[];
  /** `undefined` where the class does not write the handler and has that of its base class. */
  readonly aboveHandler: readonly Written[] | undefined;
}

/** Base class first. */
export type WrittenClasses = readonly WrittenClass[];

export type Caller = Readonly<Record<Kind, readonly string[]>>;

/** `open`: nobody is asked who they are. `allowed`: an authenticated caller gets in. */
export type Verdict = 'open' | 'allowed' | 401 | 403;

/** What stands in one place that can be declared on. */
interface Place {
  readonly requirements: readonly Requiring[];
  /** Whether `@Public` stands there, and counts. */
  readonly opens: boolean;
}

/** Whether a class or a handler among them is declared public and closed at once. */
export function isContradictory(classes: WrittenClasses): boolean {
  const targets = classes.flatMap(({ aboveClass, aboveHandler = [] }) => [
    aboveClass,
    aboveHandler,
  ]);
  return targets.some((target) => isPublic(target) && requirementsOf(target).length > 0);
}

/**
 * What a caller is told at the handler of a controller.
 *
 * @param classes The controller last, after its base classes.
 * @param caller `undefined` for a request without a credential.
 */
export function expectedVerdict(classes: WrittenClasses, caller: Caller | undefined): Verdict {
  const places = placesOf(classes);
  if (isOpen(places)) return 'open';
  if (!caller) return 401;
  return KINDS.every((kind) => satisfies(caller, requirementsFor(kind, places))) ? 'allowed' : 403;
}

/** Closest first: the handlers from the controller up, then the classes from the controller up. */
function placesOf(classes: WrittenClasses): readonly Place[] {
  const upwards = [...classes].reverse();
  const handlers = upwards.map(({ aboveHandler = [] }, distance) => place(aboveHandler, distance));
  return [...handlers, ...upwards.map(({ aboveClass }, distance) => place(aboveClass, distance))];
}

/** What closes counts wherever it stands; what opens, only in the controller itself. */
function place(written: readonly Written[], distance: number): Place {
  return {
    requirements: requirementsOf(written),
    opens: distance === 0 && isPublic(written),
  };
}

/** The closest place that says anything says whether the handler is open. Where none does, it is closed. */
function isOpen(places: readonly Place[]): boolean {
  const closest = places.find(({ opens, requirements }) => opens || requirements.length > 0);
  return closest?.opens ?? false;
}

/** Those of the closest place that has any of the kind. */
function requirementsFor(kind: Kind, places: readonly Place[]): readonly Requiring[] {
  const ofKind = places.map(({ requirements }) =>
    requirements.filter((requirement) => requirement.kind === kind),
  );
  return ofKind.find((requirements) => requirements.length > 0) ?? [];
}

/** The same decorator twice adds up. */
function satisfies(caller: Caller, requirements: readonly Requiring[]): boolean {
  return requirements.every(({ kind, variant, names }) => {
    const held = names.filter((name) => caller[kind].includes(name));
    const needsAll = variant === 'bare' ? kind !== 'roles' : variant === 'all';
    return needsAll ? held.length === names.length : held.length > 0;
  });
}

function requirementsOf(written: readonly Written[]): readonly Requiring[] {
  return written.filter((each) => each.is === 'required');
}

function isPublic(written: readonly Written[]): boolean {
  return written.some(({ is }) => is === 'public');
}
