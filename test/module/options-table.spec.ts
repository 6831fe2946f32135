import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, table = ''] = /<!-- options: .*? -->(.*)<!-- \/options -->/s.exec(README) ?? [];
const firsts = table.split('\n').map((row) => row.split(' | ')[0] ?? '');
const names = firsts.flatMap((cell) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
);

describe('the options table of README.md', () => {
  it('has each option once', () => {
    expect(names.length).toBeGreaterThan(80);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each([
    ['issuers[].keySet', ['freshSeconds', 'fetch', 'read']],
    ['issuers[].tokenUse', ['claim', 'header', 'value', 'startsWith', 'present', 'optional']],
    ['issuers[].serviceUse', ['claim', 'header', 'value', 'startsWith', 'present', 'optional']],
    ['issuers[].claims', ['subject', 'roles', 'permissions', 'scopes', 'organizationId', 'actor']],
    ['issuers[].claims.*', ['path', 'format', 'optionalPrefix', 'union']],
  ])('has what is inside %s', (option, members) => {
    const shown = names
      .filter((name) => name.startsWith(`${option}.`))
      .map((name) => name.slice(option.length + 1))
      .filter((name) => !name.includes('.'));
    expect(shown).toEqual(members);
  });
});
