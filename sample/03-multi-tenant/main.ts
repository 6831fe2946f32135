import { NestFactory } from '@nestjs/core';
import { AuthReport } from 'nestjs-portcullis';
import { AppModule } from './app.module.js';
import { mintTokens, startIssuers } from './embedded-issuers.js';
import { printCommands } from './print-commands.js';
import { Tenants } from './tenants.js';

const issuers = await startIssuers();

const app = await NestFactory.create(AppModule.of(issuers));
const tenants = app.get(Tenants);
tenants.add({ id: 'acme', issuer: issuers.acme.issuer });
tenants.add({ id: 'globex', issuer: issuers.globex.issuer });

app.enableShutdownHooks();
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
console.log(`\n${app.get(AuthReport).toTable()}\n`);
printCommands(await app.getUrl(), await mintTokens(issuers), issuers.initech.issuer);
