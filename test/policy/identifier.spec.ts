import { isSameIdentifier } from '../../lib/policy/identifier.js';

describe('identifiers', () => {
  it.each([
    ['a', 'a'],
    ['7', 7],
    [7n, 7],
  ])('%p is %p', (one, other) => {
    expect(isSameIdentifier(one, other)).toBe(true);
  });

  it.each([
    [undefined, undefined],
    [null, null],
    ['', ''],
    [NaN, NaN],
    ['a', 'A'],
    ['a', ' a'],
    [['a'], 'a'],
    [{ toString: () => 'a' }, 'a'],
    [true, 'true'],
    [0.5, '0.5'],
    [undefined, 'undefined'],
  ])('%p is not %p', (one, other) => {
    expect(isSameIdentifier(one, other)).toBe(false);
  });
});
