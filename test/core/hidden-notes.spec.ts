import { inspect } from 'node:util';
import { hiddenNotes } from '../../lib/core/hidden-notes.js';

describe('hiddenNotes', () => {
  it('keeps one note for each object, and when it is frozen later', () => {
    const notes = hiddenNotes<string>();
    const [one, other] = [{}, { a: 1 }];
    notes.set(one, 'first');
    notes.set(other, 'third');
    Object.freeze(one);
    Object.freeze(other);
    notes.set(one, 'second');
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
