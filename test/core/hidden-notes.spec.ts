import { inspect } from 'node:util';
import { hiddenNotes } from '../../lib/core/hidden-notes.js';

describe('hiddenNotes', () => {
  it('keeps one note for each object, even for a frozen one', () => {
    const notes = hiddenNotes<string>();
    const [one, other] = [{}, Object.freeze({ a: 1 })];
    notes.set(one, 'first');
    notes.set(one, 'second');
    notes.set(other, 'third');
    expect([notes.get(one), notes.get(other), notes.get({})]).toEqual([
      'second',
      'third',
      undefined,
    ]);
  });

  it('shows its notes to nobody, nor to other notes', () => {
    const [notes, others] = [hiddenNotes<string>(), hiddenNotes<string>()];
    const target = { a: 1 };
    notes.set(target, 'hidden');
    expect(others.get(target)).toBeUndefined();
    expect(inspect(target, { showHidden: true }) + JSON.stringify(target)).not.toContain('hidden');
    expect(Reflect.ownKeys(target)).toEqual(['a']);
    expect(notes.get({ ...target })).toBeUndefined();
    expect(notes.get(Object.create(target) as object)).toBeUndefined();
  });
});
