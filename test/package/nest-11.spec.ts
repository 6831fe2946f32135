import { jest } from '@jest/globals';
import { run } from './commands.js';
import { itGuardsItsRoutes } from './guarded-routes.js';
import { jestSnippet } from './jest-snippet.js';
import { Project } from './project.js';

// Installing takes long where nothing is cached.
jest.setTimeout(300_000);

describe('in a Nest 11 application, which is CommonJS', () => {
  let project: Project;

  beforeAll(async () => {
    project = await Project.install('nest-11');
  });

  afterAll(async () => {
    await project.remove();
  });

  describe('compiled strictly, with the declarations of every package', () => {
    beforeAll(async () => {
      await project.run('build', '--project', 'tsconfig.strict.json');
    });

    itGuardsItsRoutes(() => project.path('dist/src/main.js'));

    it('is the same when required as when imported', async () => {
      const compiled = 'dist/src/identity.js';
      expect(await project.read(compiled)).toContain('require("nestjs-portcullis")');
      expect(await run(project.directory, process.execPath, compiled)).toContain('same: true');
    });
  });

  it('has types where the configuration is from before Nest used nodenext', async () => {
    await project.run('build', '--project', 'tsconfig.node10.json');
  });

  describe('tested with Jest as Nest configures it', () => {
    const cache = (): string => `--cacheDirectory=${project.path('jest-cache')}`;

    it.each(['test', 'test:e2e'])('cannot be loaded as it is: npm run %s', async (script) => {
      const { code, output } = await project.attempt(script, cache());
      expect(code).toBe(1);
      expect(output).toContain('Must use import to load ES Module');
    });

    it('is loaded with the snippet of the documentation', async () => {
      const snippet = await jestSnippet();
      await project.extend('package.json', snippet, 'jest');
      await project.extend('test/jest-e2e.json', snippet);
      expect(await project.run('test', cache())).toMatch(/^Tests: +1 passed, 1 total$/m);
      expect(await project.run('test:e2e', cache())).toMatch(/^Tests: +2 passed, 2 total$/m);
    });
  });
});
