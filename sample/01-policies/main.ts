import { NestFactory } from '@nestjs/core';
import { AuthReport } from 'nestjs-portcullis';
import { TestIssuer } from 'nestjs-portcullis/testing';
import { AppModule } from './app.module.js';

const issuer = await TestIssuer.start({ algorithms: ['ES256'], audience: 'api://documents' });
const app = await NestFactory.create(AppModule.of(issuer.options()));
app.enableShutdownHooks();
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
console.log(`\n${app.get(AuthReport).toTable()}\n`);

const url = await app.getUrl();
const lifetime = { lifetimeSeconds: 3600 };
const ann = await issuer.token({ sub: 'ann', org_id: 'acme', roles: ['member'] }, lifetime);
const eve = await issuer.token({ sub: 'eve', org_id: 'umbrella', roles: ['admin'] }, lifetime);
const commands: readonly [string, string, string][] = [
  ['200: her own document', ann, '/documents/1'],
  ['200: a colleague’s document', ann, '/documents/2'],
  ['403: which is not hers to rename', ann, '/documents/2 -X PATCH -d title=Mine'],
  ['200: this one is', ann, '/documents/1 -X PATCH -d title=Dreams'],
  ['404: of another organization, so it does not exist', ann, '/documents/3'],
  ['403: an admin, and of another organization', eve, '/organizations/acme/audit'],
  ['200: anybody', 'nonsense', '/catalog'],
];
for (const [comment, token, path] of commands) {
  console.log(`# ${comment}\ncurl -i -H "Authorization: Bearer ${token}" ${url}${path}\n`);
}
