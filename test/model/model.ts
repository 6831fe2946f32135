/**
 * What authorization declarations mean, a second time: written from the words of the README, of
 * docs/authorization.md and of docs/adr/0003 and 0010, and sharing nothing with `lib`.
 */

import { askedBy, type Asked, type Routed } from './role-map-model.js';
import { answerTo, type Person, type Question } from './rule-model.js';
import {
  type Caller,
  type Closing,
  type Kind,
  type Opening,
  type Requiring,
  type Route,
  type Ruling,
  type Settings,
  type WrittenClasses,
  type WrittenMap,
  type WrittenRequest,
  type WrittenRule,
  type Written,
} from './written.js';

/**
 * `open`: nobody is asked who they are. `allowed`: an authenticated caller gets in. `anonymous`:
 * somebody who is known to be nobody does.
 */
export type Verdict = 'open' | 'allowed' | 'anonymous' | 401 | 403 | 404 | 500 | 503;

/** What stands in one place that can be declared on. */
interface Place {
  readonly closings: readonly Closing[];
  /** What opens there, and counts. */
  readonly opening: Opening['is'] | undefined;
}

/** What is written cannot be meant: a target that is open in two ways, or open and closed, or has two maps. */
export function isContradictory(classes: WrittenClasses): boolean {
  const targets = classes.flatMap(({ aboveClass, aboveHandler = [] }) => [
    aboveClass,
    aboveHandler,
  ]);
  return targets.some((target) => {
    const closings = closingsOf(target);
    const openings = new Set(openingsOf(target));
    const isOpenAndClosed = openings.size > 0 && closings.length > 0;
    return openings.size > 1 || isOpenAndClosed || saysRolesTwice(closings);
  });
}

/** Of maps the text says only that `@Roles` wins; that it stands in no place beside one is what the guards make of it. */
function saysRolesTwice(closings: readonly Closing[]): boolean {
  const maps = closings.filter(({ is }) => is === 'role-map');
  return maps.length > 1 || (maps.length > 0 && requirementsIn(closings, 'roles').length > 0);
}

/** Whether an application boots with the last of the classes as a controller: every policy must be provided. */
export function boots(classes: WrittenClasses): boolean {
  const places = placesOf(classes);
  if (openingOf(places)) return true;
  const { method } = routedOf(classes).route;
  return !rulesFor(places, method)
    .flat()
    .some(({ rule }) => needsNobody(rule));
}

function needsNobody(rule: WrittenRule): boolean {
  switch (rule.is) {
    case 'policy':
      return !rule.isProvided;
    case 'owner':
      return rule.load === 'nobody';
    case 'any-of':
    case 'all-of':
      return rule.rules.some(needsNobody);
    case 'not':
      return needsNobody(rule.rule);
    case 'has':
    case 'comparing':
    case 'same-organization':
      return false;
  }
}

/**
 * What a request may be told at the handler of a controller: one verdict, or one of several refusals
 * where nothing says which rule is asked first.
 *
 * @param classes The controller last, after its base classes.
 */
export function expectedVerdicts(
  classes: WrittenClasses,
  request: WrittenRequest,
  settings: Settings,
): readonly Verdict[] {
  const places = placesOf(classes);
  const opening = openingOf(places);
  if (opening === 'public') return ['open'];
  const { presented } = request;
  if (presented === 'undecidable') return [503];
  if (presented === 'nothing') return [opening ? 'anonymous' : 401];
  if (presented === 'bad') return [opening === 'optional-anonymous' ? 'anonymous' : 401];
  if (opening) return ['allowed'];
  const closed = { places, routed: routedOf(classes), settings };
  const question = { person: personOf(presented, settings), request };
  return meetsAuthorities(closed, question.person) ? ruled(closed, question) : [403];
}

interface Closed {
  readonly places: readonly Place[];
  readonly routed: Routed;
  readonly settings: Settings;
}

/** Roles, permissions and scopes are known already, and come before policies. */
function meetsAuthorities({ places, routed, settings }: Closed, person: Person): boolean {
  const { undeclaredRoutes, roleMap } = settings;
  const isDeclared = places.some(({ closings }) => closings.length > 0) || roleMap !== undefined;
  if (undeclaredRoutes === 'deny' && !isDeclared) return false;
  const { required, map } = rolesFor(places, roleMap);
  const others = (['permissions', 'scopes'] as const).flatMap((kind) =>
    requirementsFor(kind, places),
  );
  const meetsMap = map === undefined || satisfiesMap(person, askedBy(map, routed));
  return meetsMap && satisfies(person, [...required, ...others]);
}

/** Of one decorator, the upper one is asked first; of different ones in one place, nothing says which. */
function ruled({ places, routed }: Closed, question: Question): readonly Verdict[] {
  for (const rules of rulesFor(places, routed.route.method)) {
    const byDecorator = (['authorize', 'owner', 'same-org'] as const).map((decorator) =>
      rules
        .filter((rule) => rule.decorator === decorator)
        .map((rule) => refusalBy(rule, question))
        .find((refusal) => refusal !== undefined),
    );
    const refusals = byDecorator.filter((refusal) => refusal !== undefined);
    if (refusals.length > 0) return refusals;
  }
  return ['allowed'];
}

function refusalBy({ rule, hide, dryRun }: Ruling, question: Question): Verdict | undefined {
  const answer = answerTo(rule, question);
  if (answer === true || dryRun) return undefined;
  if (typeof answer === 'number') return answer;
  return hide ? 404 : 403;
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
    closings: closingsOf(written),
    opening: distance === 0 ? openingsOf(written)[0] : undefined,
  };
}

/** The closest place that says anything says whether the handler is open. Where none does, it is closed. */
function openingOf(places: readonly Place[]): Opening['is'] | undefined {
  return places.find(({ opening, closings }) => opening ?? closings.length > 0)?.opening;
}

/** The route of the handler that the controller has, of its own or of its closest base class. */
function routedOf(classes: WrittenClasses): Routed {
  const writer = classes.findLast(({ aboveHandler }) => aboveHandler !== undefined);
  const controller = classes.at(-1);
  if (!writer || !controller) throw new Error('There is no handler');
  return { route: writer.route, controllerPath: controller.path };
}

/** Those of the closest place that has any of the kind. */
function requirementsFor(kind: Kind, places: readonly Place[]): readonly Requiring[] {
  const ofKind = places.map(({ closings }) => requirementsIn(closings, kind));
  return ofKind.find((requirements) => requirements.length > 0) ?? [];
}

function requirementsIn(closings: readonly Closing[], kind: Kind): readonly Requiring[] {
  return closings.filter((each) => each.is === 'required').filter((each) => each.kind === kind);
}

/**
 * The closest `@Roles` or map decides, the map of the application last. The text leaves open that a
 * `@RoleMap` replaces `@Roles` of a base class, as the guards have it.
 */
function rolesFor(
  places: readonly Place[],
  ofApplication: WrittenMap | undefined,
): { readonly required: readonly Requiring[]; readonly map?: WrittenMap | undefined } {
  for (const { closings } of places) {
    const required = requirementsIn(closings, 'roles');
    const [mapping] = closings.filter((each) => each.is === 'role-map');
    if (required.length > 0 || mapping) return { required, map: mapping?.map };
  }
  return { required: [], map: ofApplication };
}

/**
 * Each decorator is a kind of its own, of which the closest place decides. Per place, those of classes
 * before those of handlers.
 */
function rulesFor(
  places: readonly Place[],
  method: Route['method'],
): readonly (readonly Ruling[])[] {
  const perPlace = places.map(({ closings }) => closings.filter((each) => each.is === 'rule'));
  const closest = perPlace.map((rules, index) => {
    const closer = perPlace.slice(0, index).flat();
    return rules.filter(({ decorator }) => !closer.some((each) => each.decorator === decorator));
  });
  const bearsOn = ({ safeMethods }: Ruling): boolean =>
    !safeMethods.some((each) => each === method);
  // Those of the class are asked first.
  return closest.reverse().map((rules) => rules.filter(bearsOn));
}

/** The same decorator twice adds up. */
function satisfies(person: Person, requirements: readonly Requiring[]): boolean {
  return requirements.every(({ kind, variant, names }) => {
    const needsAll = variant === 'bare' ? kind !== 'roles' : variant === 'all';
    return holds(person, kind, { all: needsAll, names });
  });
}

function satisfiesMap(person: Person, asked: Asked): boolean {
  if (asked === 'nothing') return true;
  return asked !== 'the impossible' && holds(person, 'roles', asked);
}

/** A super role stands for every role and every permission, and for no scope. */
function holds(
  { has, isSuper }: Person,
  kind: Kind,
  { all, names }: Exclude<Asked, string>,
): boolean {
  if (isSuper && kind !== 'scopes') return true;
  const held = names.filter((name) => has[kind].has(name));
  return all ? held.length === names.length : held.length > 0;
}

/** What roles bring with them: roles, and what comes with these; permissions; or all of both. */
function personOf(caller: Caller, { roles: options = {} }: Settings): Person {
  const isOutside = (options.withinOrganization ?? false) && caller.organization === undefined;
  const roles = new Set(isOutside ? [] : caller.roles);
  for (const role of roles) options.hierarchy?.[role]?.forEach((each) => roles.add(each));
  const implied = [...roles].flatMap((role) => options.permissions?.[role] ?? []);
  return {
    caller,
    has: {
      roles,
      permissions: new Set([...caller.permissions, ...implied]),
      scopes: new Set(caller.scopes),
    },
    isSuper: (options.super ?? []).some((role) => roles.has(role)),
  };
}

function closingsOf(written: readonly Written[]): readonly Closing[] {
  return written.filter((each): each is Closing => !isOpening(each) && each.is !== 'trace');
}

function openingsOf(written: readonly Written[]): readonly Opening['is'][] {
  return written.filter(isOpening).map(({ is }) => is);
}

function isOpening(written: Written): written is Opening {
  return ['public', 'optional', 'optional-anonymous'].includes(written.is);
}
