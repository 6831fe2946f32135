import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AuthReport } from 'nestjs-portcullis';
import { AppModule } from './app.module.js';
import { CLIENT_ID } from './demo-values.js';
import { Issuer } from './issuer/issuer.js';
import { isNatsThere, NATS, NATS_URL } from './nats/nats.js';
import { servePage } from './page.js';
import { Setting } from './setting.controller.js';

const tokenSeconds = Number(process.env['TOKEN_SECONDS'] ?? 60);
const issuer = await Issuer.start(tokenSeconds);
const hasNats = await isNatsThere();

const setting = new Setting(issuer.url, CLIENT_ID, hasNats);
const app = await NestFactory.create<NestExpressApplication>(AppModule.of(setting));
servePage(app, setting);
if (hasNats) {
  app.connectMicroservice<MicroserviceOptions>(NATS);
  await app.startAllMicroservices();
}
app.enableShutdownHooks();
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');

const url = await app.getUrl();
console.log(`\n${app.get(AuthReport).toTable()}\n`);
console.log(hasNats ? `NATS is at ${NATS_URL}.` : `There is no NATS at ${NATS_URL}: done without.`);
console.log(`Tokens of ${issuer.url} live for ${String(tokenSeconds)} seconds.\n`);
console.log(`# 200: a page to sign in and try, in a browser\ncurl -i ${url}/\n`);
console.log(`# 401: nobody reads\ncurl -i ${url}/posts\n`);
