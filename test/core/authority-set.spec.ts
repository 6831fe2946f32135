import { authoritySet } from '../../lib/core/authority-set.js';

describe('authoritySet', () => {
  it('is a set that serialises as a list', () => {
    const set = authoritySet(['a', 'b', 'a']);
    expect([...set]).toEqual(['a', 'b']);
    expect(JSON.stringify({ set })).toBe('{"set":["a","b"]}');
    expect(authoritySet().size).toBe(0);
  });

  it.each(['add', 'delete', 'clear'] as const)('cannot be changed by %s', (method) => {
    const set = authoritySet(['a']) as unknown as Set<string>;
    expect(() => set[method]('b')).toThrow(TypeError);
    expect([...set]).toEqual(['a']);
  });
});
