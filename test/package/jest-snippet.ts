import { readFile } from 'node:fs/promises';

const PAGE = new URL('../../docs/testing-with-jest.md', import.meta.url);

/** What the documentation tells to add to the configuration of Jest, word for word. */
export async function jestSnippet(): Promise<object> {
  const [, json] = /```json\n(.*?)```/s.exec(await readFile(PAGE, 'utf8')) ?? [];
  if (json === undefined) throw new Error('The page has no snippet in JSON');
  return JSON.parse(json) as object;
}
