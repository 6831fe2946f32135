import { inspect } from 'node:util';
import { Credential } from '../../lib/core/credential.js';

describe('Credential', () => {
  const credential = new Credential('cookie', 'the-secret');

  it('gives its value to whoever asks for it by name', () => {
    expect(credential.value).toBe('the-secret');
    expect(credential.source).toBe('cookie');
  });

  it.each([
    ['JSON', JSON.stringify({ credential })],
    ['a template', `Bearer ${String(credential)}`],
    ['util.inspect', inspect({ credential }, { showHidden: true, getters: true, depth: 9 })],
    ['a copy', JSON.stringify({ ...credential })],
    ['its entries', JSON.stringify(Object.entries(credential))],
  ])('does not show it in %s', (_, shown) => {
    expect(shown).not.toContain('the-secret');
  });
});
