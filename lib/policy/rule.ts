import { isPending, whenReady, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/principal.js';
import type { PropertyPath } from '../core/property-path.js';
import type { AuthorityKind, Requirement } from './requirement.js';

/** What a check may ask of the request it decides on. */
export interface CheckContext {
  readonly principal: Principal;
  /** Whether a role of the principal stands for every role and permission. */
  readonly isSuper: boolean;
  /** How the request came: `http`. */
  readonly transport: string;
  /** `Class.method`. */
  readonly handler: string;
  /** An argument of the request: `params.id`, `query.page`, `body.owner`. */
  argument(path: PropertyPath): unknown;
  /** The instance of a class that the application's container holds. */
  instanceOf(token: unknown): unknown;
  /** Hands the handler what the check decided on. */
  provide(resource: unknown): void;
}

/** An argument of the request that a check reads: `params.id`. */
export interface ReadArgument {
  readonly path: PropertyPath;
  /** As the application writes it. */
  readonly text: string;
}

/** A question with the answer true or false; anything else, from whatever code, counts as no answer. */
interface Check {
  readonly kind: 'check';
  /** In words, for the report and the log: `same organization as params.orgId`. */
  readonly label: string;
  /** The classes it takes from the container. */
  readonly needs: readonly unknown[];
  /** What it reads of the request. */
  readonly reads?: readonly ReadArgument[];
  readonly run: (context: CheckContext) => unknown;
}

/** A requirement, and the kind of authority it is about. */
export interface AuthorityRule extends Requirement {
  readonly kind: AuthorityKind;
}

/** What must hold for a handler to be reached. */
export type Rule =
  | Check
  | AuthorityRule
  | { readonly kind: 'anyOf' | 'allOf'; readonly rules: readonly Rule[] }
  | { readonly kind: 'not'; readonly rule: Rule };

export function isAuthorityRule(rule: Rule): rule is AuthorityRule {
  return Object.hasOwn(rule, 'names');
}

/** The classes that a rule takes from the container. */
export function needsOf(rule: Rule): readonly unknown[] {
  return checksOf(rule).flatMap(({ needs }) => needs);
}

/** What a rule reads of the request. */
export function argumentsOf(rule: Rule): readonly ReadArgument[] {
  return checksOf(rule).flatMap(({ reads = [] }) => reads);
}

/**
 * The arguments for want of which a rule gives no answer, whatever is sent: of each check, those of which
 * it can read none. A branch of `anyOf` may be for callers of another kind, where another one can be read.
 */
export function missedArguments(
  rule: Rule,
  canRead: (argument: ReadArgument) => boolean,
): readonly ReadArgument[] {
  if (isAuthorityRule(rule)) return [];
  switch (rule.kind) {
    case 'check':
      return (rule.reads ?? []).some(canRead) ? [] : (rule.reads ?? []);
    case 'anyOf':
      if (argumentsOf(rule).some(canRead)) return [];
      return rule.rules.flatMap((each) => missedArguments(each, canRead));
    case 'allOf':
      return rule.rules.flatMap((each) => missedArguments(each, canRead));
    case 'not':
      return missedArguments(rule.rule, canRead);
  }
}

function checksOf(rule: Rule): readonly Check[] {
  if (isAuthorityRule(rule)) return [];
  switch (rule.kind) {
    case 'check':
      return [rule];
    case 'anyOf':
    case 'allOf':
      return rule.rules.flatMap(checksOf);
    case 'not':
      return checksOf(rule.rule);
  }
}

/** `undefined`: there is no answer, which is worth no more than false, and less where it is negated. */
export type Answer = boolean | undefined;

/** Whether a principal holds what a requirement names. Names are compared exactly; of no names, nobody holds all. */
export function holds(principal: Principal, { kind, mode, names }: AuthorityRule): boolean {
  const held = principal[kind];
  for (const name of names) {
    if (held.has(name) !== (mode === 'all')) return mode === 'any';
  }
  return mode === 'all' && names.length > 0;
}

/** Asks at most as much as it takes, in the order that was declared; at once where nothing is asynchronous. */
export function evaluate(rule: Rule, context: CheckContext): MaybePromise<Answer> {
  if (isAuthorityRule(rule)) {
    return holds(context.principal, rule) || (context.isSuper && rule.kind !== 'scopes');
  }
  switch (rule.kind) {
    case 'check':
      return literal(rule.run(context));
    case 'anyOf':
    case 'allOf':
      // Of no rules, made by hand, there is no answer: else everybody would meet all of them.
      if (rule.rules.length === 0) return undefined;
      return combine(rule.rules, context, rule.kind === 'anyOf');
    case 'not':
      // To have every role is no reason to have the one that must not be had.
      return negated(evaluate(rule.rule, { ...context, isSuper: false }));
  }
}

/** Only `true` is true and only `false` is false: 1, 'true', and what a forgotten `return` gives are no answers. */
function literal(outcome: unknown): MaybePromise<Answer> {
  if (typeof outcome === 'boolean') return outcome;
  if (!isPending(outcome)) return undefined;
  // Not every thenable is a promise.
  return Promise.resolve(outcome).then((value) => (typeof value === 'boolean' ? value : undefined));
}

function negated(answer: MaybePromise<Answer>): MaybePromise<Answer> {
  return whenReady(answer, (value): Answer => (value === undefined ? undefined : !value));
}

/** @param decisive The answer of one rule that settles the matter. */
function combine(
  rules: readonly Rule[],
  context: CheckContext,
  decisive: boolean,
): MaybePromise<Answer> {
  let answer: Answer = !decisive;
  for (const [index, rule] of rules.entries()) {
    const each = evaluate(rule, context);
    if (isPending(each)) {
      return settle({ first: each, rest: rules.slice(index + 1), answer }, context, decisive);
    }
    if (each === decisive) return each;
    if (each === undefined) answer = undefined;
  }
  return answer;
}

interface Unsettled {
  readonly first: Promise<Answer>;
  readonly rest: readonly Rule[];
  readonly answer: Answer;
}

async function settle(
  { first, rest, answer }: Unsettled,
  context: CheckContext,
  decisive: boolean,
): Promise<Answer> {
  const one = await first;
  if (one === decisive) return one;
  const others = await combine(rest, context, decisive);
  if (others === decisive) return others;
  return one === undefined || answer === undefined ? undefined : others;
}
