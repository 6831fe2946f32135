import { NestFactory } from '@nestjs/core';
import { AuthReport } from 'nestjs-portcullis';
import { AppModule } from './app.module.js';
import { startEmbeddedIssuer } from './embedded-issuer.js';
import { printCommands } from './print-commands.js';

// Any issuer does: set AUTH_ISSUER and AUTH_AUDIENCE. Without them, one is started in this process.
const tokens = process.env['AUTH_ISSUER'] === undefined ? await startEmbeddedIssuer() : undefined;

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
console.log(`\n${app.get(AuthReport).toTable()}`);
if (tokens) printCommands(await app.getUrl(), tokens);
