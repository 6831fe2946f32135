import { readdirSync, readFileSync } from 'node:fs';
import { rbacCases } from './rbac-fixture.js';

const FOLDER = new URL('./', import.meta.url);
const tests = readdirSync(FOLDER)
  .filter((file) => /^rbac-.*\.spec\.ts$/.test(file))
  .map((file) => readFileSync(new URL(file, FOLDER), 'utf8'))
  .join('\n');

describe('the cases of roles, routes and policies', () => {
  it('are all of the group, and nothing else', () => {
    expect(rbacCases).toHaveLength(46);
    expect([...new Set<string>(rbacCases.map(({ group }) => group))]).toEqual(['rbac']);
  });

  it.each(rbacCases.map(({ id }) => id))('%s is tested', (id) => {
    // In the title of a test, or as the first column of a table of them.
    expect(tests).toMatch(new RegExp(`(?:it(?:\\.each\\([^)]*\\))?\\(|\\[|\\)\\()\\s*'${id}[ ']`));
  });
});
