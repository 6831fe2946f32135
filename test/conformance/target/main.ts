import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { resolve } from 'node:path';
import { createTarget } from './application.js';
import { parseConfig } from './config.js';

/** npm runs scripts in the folder of the package; a path is meant from where npm was called. */
async function start([path]: readonly string[]): Promise<void> {
  if (path === undefined) throw new TypeError('Give the path of a configuration file');
  const absolute = resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
  const app = await createTarget(parseConfig(await readFile(absolute, 'utf8')));
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  process.once('SIGTERM', () => {
    server.closeAllConnections();
    void app.close();
  });
  process.stdout.write(`${JSON.stringify({ url: await app.getUrl() })}\n`);
}

try {
  await start(process.argv.slice(2));
} catch (failure) {
  process.stderr.write(`${failure instanceof Error ? failure.message : 'It did not start'}\n`);
  process.exit(1);
}
