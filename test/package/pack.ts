import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Before the first spec: packs what would be published, once for all specs; `prepack` builds it.
 *
 * Jest loads this file outside of its module system, which is why it imports no other file.
 */
export default function pack(): void {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-tarball-'));
  const command = ['pack', '--silent', '--pack-destination', directory];
  execFileSync('npm', command, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [tarball = ''] = readdirSync(directory);
  process.env['PORTCULLIS_TARBALL'] = join(directory, tarball);
}
