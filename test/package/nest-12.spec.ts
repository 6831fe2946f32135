import { jest } from '@jest/globals';
import { itGuardsItsRoutes } from './guarded-routes.js';
import { Project } from './project.js';

// Installing takes long where nothing is cached.
jest.setTimeout(300_000);

describe('in a Nest 12 application, which is an ES module', () => {
  let project: Project;

  beforeAll(async () => {
    project = await Project.install('nest-12');
  });

  afterAll(async () => {
    await project.remove();
  });

  describe('compiled strictly, with the declarations of every package', () => {
    beforeAll(async () => {
      await project.run('build');
    });

    itGuardsItsRoutes(() => project.path('dist/src/main.js'));
  });

  it('is tested with Vitest as Nest configures it', async () => {
    expect(await project.run('test:e2e')).toMatch(/^ +Tests +2 passed \(2\)$/m);
  });
});
