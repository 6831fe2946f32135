import { authoritySet } from '../../lib/core/authority-set.js';
import type { PropertyPath } from '../../lib/core/property-path.js';
import type { Principal } from '../../lib/core/principal.js';
import { allOf, anyOf, hasPermission, hasRole, hasScope, not } from '../../lib/decorators/rules.js';
import { evaluate, type CheckContext, type Rule } from '../../lib/policy/rule.js';
import { inWords } from '../../lib/policy/words.js';

const principal: Principal = {
  kind: 'user',
  subject: 'ann',
  organizationId: undefined,
  roles: authoritySet(['editor']),
  permissions: authoritySet(['read']),
  scopes: authoritySet(['a']),
  claims: {},
  issuer: 'https://login.test/',
  credentialKind: 'jwt',
  expiresAt: 0,
  actor: undefined,
};

const asked: string[] = [];
const context = (isSuper = false): CheckContext => ({
  principal,
  isSuper,
  transport: 'http',
  handler: 'Api.read',
  argument: (path: PropertyPath) => path.read({}),
  instanceOf: () => undefined,
  provide: () => undefined,
});

/** A rule that answers so, whatever it is asked. */
const answering = (label: string, outcome: unknown): Rule => ({
  kind: 'check',
  label,
  needs: [],
  run: () => {
    asked.push(label);
    return outcome;
  },
});

const yes = answering('yes', true);
const no = answering('no', false);
const nothing = answering('nothing', undefined);
const later = (value: unknown): Rule => answering(`later ${String(value)}`, Promise.resolve(value));

const SILENT: readonly unknown[] = [undefined, null, 1, 'true', {}, [], [true], () => true];

describe('a rule', () => {
  beforeEach(() => {
    asked.length = 0;
  });

  it.each(SILENT)('has no answer in %p, nor in a promise of it', async (outcome) => {
    for (const rule of [answering('x', outcome), later(outcome)]) {
      expect(await evaluate(rule, context())).toBeUndefined();
      expect(await evaluate(not(rule), context())).toBeUndefined();
      expect(await evaluate(not(not(rule)), context())).toBeUndefined();
      expect(await evaluate(anyOf(rule, no), context())).toBeUndefined();
      expect(await evaluate(not(anyOf(no, rule)), context())).toBeUndefined();
      expect(await evaluate(not(allOf(yes, rule)), context())).toBeUndefined();
      expect(await evaluate(allOf(rule, yes), context())).toBeUndefined();
    }
  });

  it.each<[Rule, boolean]>([
    [anyOf(no, yes), true],
    [anyOf(no, later(false), yes), true],
    [anyOf(later(true), no), true],
    [anyOf(nothing, yes), true],
    [anyOf(no, later(false)), false],
    [allOf(yes, later(true), yes), true],
    [allOf(yes, later(false)), false],
    [allOf(nothing, no), false],
    [not(later(true)), false],
    [not(anyOf(no, later(false))), true],
    [allOf(anyOf(no, yes), not(no)), true],
  ])('combines: %#', async (rule, expected) => {
    expect(await evaluate(rule, context())).toBe(expected);
  });

  it('answers at once where nothing is asynchronous, and asks no more than it takes', () => {
    expect(evaluate(anyOf(no, yes, later(true)), context())).toBe(true);
    expect(asked).toEqual(['no', 'yes']);
    asked.length = 0;
    expect(evaluate(allOf(yes, no, nothing), context())).toBe(false);
    expect(asked).toEqual(['yes', 'no']);
  });

  it('asks the next one only when the one before has answered', async () => {
    expect(await evaluate(anyOf(later(true), yes), context())).toBe(true);
    expect(asked).toEqual(['later true']);
  });

  it('takes a promise for one, whatever stands in the place of the class', async () => {
    const Native = globalThis.Promise;
    globalThis.Promise = class extends Native<unknown> {} as PromiseConstructor;
    try {
      expect(await evaluate(allOf(anyOf(later(false))), context())).toBe(false);
      expect(await evaluate(not(anyOf(allOf(later(true)))), context())).toBe(false);
      expect(await evaluate(not(not(allOf(later(undefined)))), context())).toBeUndefined();
    } finally {
      globalThis.Promise = Native;
    }
  });

  it('knows roles, permissions and scopes', () => {
    expect(evaluate(hasRole('admin', 'editor'), context())).toBe(true);
    expect(evaluate(hasRole('Editor'), context())).toBe(false);
    expect(evaluate(hasPermission('read', 'write'), context())).toBe(false);
    expect(evaluate(hasScope(['a']), context())).toBe(true);
  });

  it('is met by nobody where it was made by hand and asks nothing', () => {
    const [rules, names] = [[], []];
    expect(evaluate({ kind: 'allOf', rules }, context())).toBeUndefined();
    expect(evaluate(not({ kind: 'anyOf', rules }), context())).toBeUndefined();
    expect(evaluate({ kind: 'roles', mode: 'all', names }, context())).toBe(false);
    expect(evaluate({ kind: 'roles', mode: 'any', names }, context())).toBe(false);
  });

  it('holds for a super role, scopes and contraries excepted', () => {
    expect(evaluate(hasRole('admin'), context(true))).toBe(true);
    expect(evaluate(hasPermission('write'), context(true))).toBe(true);
    expect(evaluate(hasScope('b'), context(true))).toBe(false);
    expect(evaluate(not(hasRole('suspended')), context(true))).toBe(true);
  });

  it('can be said in words', () => {
    const rule = anyOf(hasRole('admin', 'owner'), allOf(not(hasRole('guest')), yes));
    expect(inWords(rule)).toBe('(roles any of admin, owner) or ((not (role guest)) and (yes))');
    expect(inWords(hasPermission('read', 'write'))).toBe('permissions all of read, write');
    expect(inWords(hasScope('base'))).toBe('scope base');
    expect(inWords(anyOf(yes))).toBe('yes');
  });

  it.each<[string, () => unknown]>([
    ['anyOf', () => anyOf()],
    ['allOf', () => allOf()],
    ['anyOf', () => anyOf(undefined as unknown as Rule)],
    ['not', () => not(true as unknown as Rule)],
    ['hasRole', () => hasRole()],
    ['hasScope', () => hasScope('a b')],
    ['hasPermission', () => hasPermission(undefined as unknown as string)],
  ])('is refused when it asks nothing: %s, %#', (name, make) => {
    expect(make).toThrow(new RegExp(`^${name}\\(\\)`));
    expect(make).not.toThrow(/without the decorator/);
  });
});
