import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSnapshots } from '../../lib/index.js';

describe('FileSnapshots', () => {
  let parent: string;
  let folder: string;
  let subject: FileSnapshots;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'snapshots-'));
    folder = join(parent, 'keys');
    subject = new FileSnapshots(folder);
  });

  afterEach(() => rm(parent, { recursive: true }));

  it('gives back what was written last, and nothing where nothing was', async () => {
    expect(await subject.read('a')).toBeUndefined();
    await subject.write('a', 'one');
    await subject.write('a', 'two');
    await subject.write('b', 'other');
    expect([await subject.read('a'), await subject.read('b')]).toEqual(['two', 'other']);
    expect((await readdir(folder)).toSorted()).toEqual(['a.json', 'b.json']);
  });

  it.each<unknown>([undefined, '', ' '])('refuses a folder without a name: %p', (none) => {
    expect(() => new FileSnapshots(none as string)).toThrow(
      /FileSnapshots is given no folder.*set\.$/s,
    );
  });

  it('lets nobody else read or write', async () => {
    await subject.write('a', 'one');
    const modes = await Promise.all([folder, join(folder, 'a.json')].map((path) => stat(path)));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o600]);
  });

  it('is never read half-written, however many write', async () => {
    const text = (index: number): string => String(index).repeat(100_000);
    await subject.write('a', text(0));
    const writes = [1, 2, 3, 4, 5].map((index) => subject.write('a', text(index)));
    const reads = [1, 2, 3, 4, 5].map(() => subject.read('a'));
    for (const read of await Promise.all(reads)) expect(read).toMatch(/^(\d)\1{99999}$/);
    await Promise.all(writes);
  });

  it('fails where it cannot write or read', async () => {
    await writeFile(folder, 'a file in the place of the folder');
    await expect(subject.write('a', 'one')).rejects.toThrow(/EEXIST|ENOTDIR/);
    await expect(subject.read('a')).rejects.toThrow('ENOTDIR');
  });
});
