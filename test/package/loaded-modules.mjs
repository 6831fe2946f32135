// Imports a module, and prints the address of each file that this loads, one a line.
import { createRequire, register } from 'node:module';

const hooks = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    writeSync(1, url + '\\n');
    return next(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

await import(process.argv[2]);
// What CommonJS modules require does not pass by there.
for (const file of Object.keys(createRequire(import.meta.url).cache)) console.log(file);
