import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { run } from './commands.js';
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

    it('does without the packages of other transports, of which none is there', () => {
      const { resolve } = createRequire(project.path('package.json'));
      expect(resolve('@nestjs/core')).toContain(project.directory);
      for (const name of ['graphql', '@nestjs/websockets', '@nestjs/microservices']) {
        expect(() => resolve(name)).toThrow(`Cannot find module '${name}'`);
      }
    });

    it('closes while its issuer leaves it waiting, and ends by itself', async () => {
      const issuer = createServer(() => undefined).listen(0, '127.0.0.1');
      await once(issuer, 'listening');
      const { port } = issuer.address() as AddressInfo;
      const script = project.path('dist/src/shutdown.js');
      const began = performance.now();
      const printed = await run(project.directory, 'node', script, `http://127.0.0.1:${port}`);
      expect(performance.now() - began).toBeLessThan(20_000);
      issuer.close();
      issuer.closeAllConnections();
      const { milliseconds, status } = JSON.parse(printed) as Record<string, number>;
      expect(milliseconds).toBeLessThan(2000);
      expect(status).toBe(503);
    });
  });

  it('is tested with Vitest as Nest configures it', async () => {
    expect(await project.run('test:e2e')).toMatch(/^ +Tests +2 passed \(2\)$/m);
  });
});
