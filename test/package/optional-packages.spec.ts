import { access } from 'node:fs/promises';
import { run } from './commands.js';

/** What an application may do without. */
const OPTIONAL = ['graphql', '@nestjs/graphql', '@nestjs/websockets', '@nestjs/microservices'];

it('The main entry point loads no optional package, though they are installed', async () => {
  await Promise.all(OPTIONAL.map((name) => access(`node_modules/${name}/package.json`)));
  const printed = await run('.', 'node', 'test/package/loaded-modules.mjs', 'nestjs-portcullis');
  const loaded = printed.split('\n');
  const of = (part: string): string[] => loaded.filter((file) => file.includes(part));
  expect(of('/dist/index.js')).not.toEqual([]);
  expect(of('/node_modules/@nestjs/common/')).not.toEqual([]);
  expect(OPTIONAL.flatMap((name) => of(`/node_modules/${name}/`))).toEqual([]);
  expect(['graphql', 'ws', 'rpc'].flatMap((name) => of(`/dist/transports/${name}/`))).toEqual([]);
});
