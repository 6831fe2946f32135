import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { jest } from '@jest/globals';
import { run } from './commands.js';
import { tarball } from './tarball.js';

jest.setTimeout(60_000);

/** A link of markdown, and a picture; what is in code is none. */
const LINK = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)/gm;
const CODE = /```[\s\S]*?```|`[^`\n]*`/g;
const HEADING = /^#{1,6} (.+)$/gm;

/** Where a link leads, from the page it is on. */
interface Link {
  readonly page: string;
  readonly to: string;
}

function linksOf(page: string, text: string): readonly Link[] {
  const found = text.replaceAll(CODE, '').matchAll(LINK);
  return [...found].map(([, inline, reference]) => ({ page, to: inline ?? reference ?? '' }));
}

/** As the usual renderers name headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/```[\s\S]*?```/g, '').matchAll(HEADING);
  const names = [...headings].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(names);
}

/** The links that lead to nothing that is in the package. */
function danglingIn(pages: ReadonlyMap<string, string>, files: ReadonlySet<string>): Link[] {
  const links = [...pages].flatMap(([page, text]) => linksOf(page, text));
  return links.filter(({ page, to }) => {
    if (/^[a-z][a-z\d+.-]*:/i.test(to)) return false;
    const [path = '', anchor] = to.split('#');
    const target = path === '' ? page : relative('/', resolve('/', dirname(page), path));
    if (!files.has(target)) return true;
    return anchor !== undefined && !anchorsOf(pages.get(target) ?? '').has(anchor);
  });
}

describe('the pages of the packed package', () => {
  let directory: string;
  const pages = new Map<string, string>();
  let files: ReadonlySet<string>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'portcullis-links-'));
    await run('.', 'tar', '-xzf', tarball(), '-C', directory, '--strip-components=1');
    const found = await readdir(directory, { recursive: true });
    files = new Set(found);
    for (const each of found.filter((name) => name.endsWith('.md'))) {
      pages.set(each, await readFile(join(directory, each), 'utf8'));
    }
  });

  afterAll(() => rm(directory, { recursive: true }));

  it('are there, and link to each other', () => {
    const links = [...pages].flatMap(([page, text]) => linksOf(page, text));
    expect(pages.size).toBeGreaterThan(20);
    expect(links).toContainEqual({ page: 'README.md', to: 'docs/transports/realtime.md' });
  });

  it('have no link that leads out of it, or to no heading', () => {
    expect(danglingIn(pages, files)).toEqual([]);
  });

  it.each([
    ['[a](gone.md)', 1],
    ['![a](gone.png "A picture")', 1],
    ['[a]: ../lib/index.ts', 1],
    ['[a](#gone)', 1],
    ['[a](../README.md#gone)', 1],
    ['# Here it is!\n[a](#here-it-is), [b](https://example.com/x), [c](../README.md)', 0],
    ['`[a](gone.md)`\n```\n[b](gone.md)\n```\n', 0],
  ])('a dangling link would be found: %j', (text, count) => {
    const page = 'docs/page.md';
    const all = new Map([...pages, [page, text]]);
    const dangling = danglingIn(all, new Set([...files, page]));
    expect(dangling.filter((each) => each.page === page)).toHaveLength(count);
  });
});
