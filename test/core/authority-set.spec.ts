import { inspect } from 'node:util';
import { authoritySet } from '../../lib/core/authority-set.js';

describe('authoritySet', () => {
  const set = authoritySet(['a', 'b', 'a']);

  it('reads like a set', () => {
    expect([set.size, set.has('a'), set.has('c')]).toEqual([2, true, false]);
    expect([[...set], [...set.keys()], [...set.values()]]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect([...set.entries()]).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
    const visited: unknown[] = [];
    set.forEach((name, again, whole) => visited.push(name, again, whole === set));
    expect(visited).toEqual(['a', 'a', true, 'b', 'b', true]);
    expect(authoritySet().size).toBe(0);
  });

  it('is a list in JSON, and a set in a log', () => {
    expect(JSON.stringify({ set })).toBe('{"set":["a","b"]}');
    expect(inspect(set)).toBe("Set(2) { 'a', 'b' }");
  });

  it('cannot be changed, not even with the methods of Set', () => {
    expect(set).not.toHaveProperty('add');
    expect(() => Set.prototype.add.call(set, 'c')).toThrow(TypeError);
    expect(() => Object.assign(set, { has: () => true })).toThrow(TypeError);
    expect(set.has('c')).toBe(false);
  });
});
