import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, run, type Outcome } from './commands.js';
import { tarball } from './tarball.js';

const INSTALL_OPTIONS = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];

/** A project of somebody who uses the package: a copy of a fixture, outside of this repository. */
export class Project {
  private constructor(readonly directory: string) {}

  /** Copies a fixture, and installs its dependencies and the tarball. */
  static async install(fixture: string): Promise<Project> {
    const directory = await mkdtemp(join(tmpdir(), `portcullis-${fixture}-`));
    const project = new Project(directory);
    try {
      await cp(new URL(`fixtures/${fixture}/`, import.meta.url), directory, { recursive: true });
      await run(directory, 'npm', 'install', ...INSTALL_OPTIONS, tarball());
      return project;
    } catch (error) {
      await project.remove();
      throw error;
    }
  }

  path(file: string): string {
    return join(this.directory, file);
  }

  read(file: string): Promise<string> {
    return readFile(this.path(file), 'utf8');
  }

  /** Adds members to a JSON file, or to the object that is its member `within`. */
  async extend(file: string, members: object, within?: string): Promise<void> {
    const document = JSON.parse(await this.read(file)) as Record<string, object>;
    Object.assign(within === undefined ? document : (document[within] ?? {}), members);
    await writeFile(this.path(file), JSON.stringify(document));
  }

  /** Runs a script of `package.json` that must succeed, and gives what it printed. */
  run(script: string, ...args: string[]): Promise<string> {
    return run(this.directory, 'npm', 'run', script, '--', ...args);
  }

  /** Runs a script of `package.json` to its end, whatever that is. */
  attempt(script: string, ...args: string[]): Promise<Outcome> {
    return attempt(this.directory, 'npm', 'run', script, '--', ...args);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}
