import { readdirSync, readFileSync } from 'node:fs';
import { caseOf } from './catalogue.js';
import { EXCEPTIONS, isExcused } from './exceptions.js';

const FOLDER = new URL('./', import.meta.url);
const tests = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.spec.ts'))
  .map((file) => readFileSync(new URL(file, FOLDER), 'utf8'))
  .join('\n');

describe('the table of exceptions', () => {
  it.each(Object.keys(EXCEPTIONS))('%s is a case, and something is asserted of it', (id) => {
    expect(isExcused(caseOf(id).id)).toBe(true);
    // In the title of a test, or as the first column of a table of them.
    expect(tests).toMatch(new RegExp(`(?:it(?:\\.each\\([^)]*\\))?\\(|\\[)\\s*'${id}[ ']`));
  });
});
