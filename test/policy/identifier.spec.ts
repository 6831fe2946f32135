import { areSameIdentifiers } from '../../lib/policy/identifier.js';

describe('identifiers', () => {
  it.each([
    ['a', 'a'],
    ['7', 7],
    [7n, 7],
  ])('%p is %p', (one, other) => {
    expect(areSameIdentifiers(one, other)).toBe(true);
  });

  it.each([
    [undefined, undefined],
    [null, null],
    ['', ''],
    [NaN, NaN],
    [['a'], 'a'],
    [{ toString: () => 'a' }, 'a'],
    [true, 'true'],
    [0.5, '0.5'],
    [undefined, 'undefined'],
  ])('of %p and %p, nobody can tell', (one, other) => {
    expect(areSameIdentifiers(one, other)).toBeUndefined();
  });

  it.each([
    ['a', 'A'],
    ['a', ' a'],
    [7, '07'],
  ])('%p is not %p', (one, other) => {
    expect(areSameIdentifiers(one, other)).toBe(false);
  });
});
