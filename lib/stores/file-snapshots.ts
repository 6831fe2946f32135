import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { KeySetSnapshots } from './key-set-snapshots.js';

/**
 * Keeps key sets in files, one for each issuer, readable and writable by the process's user alone.
 *
 * Several processes may share the folder.
 */
export class FileSnapshots implements KeySetSnapshots {
  readonly #folder: string;

  /**
   * @param folder Made when it is needed. Put it where only this service can write.
   * @throws {AuthConfigurationError} When it has no name.
   */
  constructor(folder: string) {
    if (typeof (folder as unknown) !== 'string' || folder.trim() === '') {
      throw new AuthConfigurationError(
        'FileSnapshots',
        'is given no folder',
        'Name one, as in new FileSnapshots("/var/lib/orders/keys"); where it comes from a variable, see that it is set.',
      );
    }
    this.#folder = folder;
  }

  async read(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#pathOf(key), 'utf8');
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw failure;
    }
  }

  async write(key: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const unfinished = this.#pathOf(`${key}.${randomUUID()}`);
    try {
      await writeFile(unfinished, text, { mode: 0o600, flag: 'wx' });
      await rename(unfinished, this.#pathOf(key));
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${key}.json`);
  }
}
