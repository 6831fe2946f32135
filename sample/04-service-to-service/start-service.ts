import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthReport } from 'nestjs-portcullis';
import { announce } from './announce.js';

/** Serves a module on loopback until a signal comes. */
export async function startService(name: string, module: object): Promise<void> {
  Logger.overrideLogger(['warn', 'error']);
  const app = await NestFactory.create(module);
  app.enableShutdownHooks();
  await app.listen(process.env['PORT'] ?? 0, '127.0.0.1');
  console.log(`\n${name}\n${app.get(AuthReport).toTable()}`);
  announce({ url: await app.getUrl() });
}
