/** What rules answer: written from the words of docs/authorization.md and docs/adr/0010. */

import {
  INHERITED,
  OWNERS,
  type Asking,
  type Caller,
  type Combining,
  type Having,
  type Kind,
  type Owning,
  type WrittenRequest,
  type WrittenRule,
} from './written.js';

/** True, false or nothing; or what ends the asking: the answer 404, or an error of a policy. */
export type Answer = boolean | undefined | 404 | 500;

/** Somebody who calls, with what their roles bring with them. */
export interface Person {
  readonly caller: Caller;
  readonly has: Readonly<Record<Kind, ReadonlySet<string>>>;
  readonly isSuper: boolean;
}

export interface Question {
  readonly person: Person;
  readonly request: WrittenRequest;
}

export function answerTo(rule: WrittenRule, question: Question): Answer {
  const { person, request } = question;
  switch (rule.is) {
    case 'has':
      return has(rule, person);
    case 'policy':
      return answerOf(rule);
    case 'comparing':
      return request.id === person.caller.subject;
    case 'owner':
      return isOwner(rule, question);
    case 'same-organization':
      return areSame(person.caller.organization, request.orgId);
    case 'any-of':
      return firstOf(rule, true, question);
    case 'all-of':
      return firstOf(rule, false, question);
    case 'not':
      // To have every role is no reason to have the one that must not be had.
      return contrary(answerTo(rule.rule, { person: { ...person, isSuper: false }, request }));
  }
}

/** `hasRole` asks for any, the others for all. A super role stands for roles and permissions. */
function has({ kind, names }: Having, { has: held, isSuper }: Person): boolean {
  if (isSuper && kind !== 'scopes') return true;
  const isHeld = (name: string): boolean => held[kind].has(name);
  return kind === 'roles' ? names.some(isHeld) : names.every(isHeld);
}

/** Only literal `true` and `false` are answers. */
function answerOf({ answer }: Asking): Answer {
  return MEANT.get(answer.replace('-later', ''));
}

const MEANT: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['true', true],
  ['false', false],
  ['not-found', 404],
  ['failure', 500],
]);

/** Without a resource: 404. What identifies nothing is no answer. */
function isOwner(rule: Owning, { person: { caller }, request }: Question): Answer {
  const id = identifier(request.id);
  if (id === undefined) return undefined;
  const isInherited = id === INHERITED.id;
  if (!isInherited && !OWNERS.has(id)) return 404;
  // Paths lead through own properties; a function does as it likes.
  const inherited = rule.field === 'function' ? INHERITED.owner : undefined;
  const ownerOf = isInherited ? inherited : OWNERS.get(id);
  return areSame(ownerOf, rule.claim ? caller.uid : caller.subject);
}

function areSame(one: unknown, other: unknown): boolean | undefined {
  const [left, right] = [identifier(one), identifier(other)];
  return left === undefined || right === undefined ? undefined : left === right;
}

/** A text that is not empty, or a whole number, which equals its digits. */
function identifier(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Asked in order, up to the one that settles it; else nothing, where one gave no answer. */
function firstOf({ rules }: Combining, settling: boolean, question: Question): Answer {
  let answer: Answer = !settling;
  for (const rule of rules) {
    const next = answerTo(rule, question);
    if (next === settling || typeof next === 'number') return next;
    if (next === undefined) answer = undefined;
  }
  return answer;
}

function contrary(answer: Answer): Answer {
  return typeof answer === 'boolean' ? !answer : answer;
}
