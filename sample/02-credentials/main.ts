import { NestFactory } from '@nestjs/core';
import { AuthReport } from 'nestjs-portcullis';
import { AppModule } from './app.module.js';
import { AuthorizationServer } from './authorization-server.js';
import { liveCredentials } from './live-credentials.js';
import { printCommands } from './print-commands.js';

// A second instance asks the server of the first: tokens are known to whoever issued them.
const given = process.env['AUTH_ISSUER'];
const server =
  given === undefined ? await AuthorizationServer.start() : AuthorizationServer.at(given);

const app = await NestFactory.create(AppModule.of(server));
app.enableShutdownHooks();
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
console.log(`\n${app.get(AuthReport).toTable()}\n`);
console.log(`Passwords and secrets are demo values. AUTH_ISSUER=${server.issuer}\n`);

const url = await app.getUrl();
printCommands(url, await liveCredentials(url, server));
