import { jest } from '@jest/globals';
import { run } from './commands.js';
import { tarball } from './tarball.js';

jest.setTimeout(60_000);

describe('the packed package', () => {
  const bin = (name: string): string => `node_modules/.bin/${name}`;

  it('is published as publint advises', async () => {
    await run('.', bin('publint'), 'run', '--strict', tarball());
  });

  it('has types that resolve wherever ESM is imported', async () => {
    await run('.', bin('attw'), '--profile', 'esm-only', tarball());
  });
});
