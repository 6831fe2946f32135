import { ChildService } from './child-service.js';
import type { IssuerAnnouncement } from './issuer/main.js';
import { printCommands } from './print-commands.js';

const { PORT = '3000', BILLING_PORT = '0', ISSUER_PORT = '0' } = process.env;

const issuer = await ChildService.start<IssuerAnnouncement>('issuer', { PORT: ISSUER_PORT });
const ISSUER = issuer.url;
const billing = await ChildService.start('billing', { PORT: BILLING_PORT, ISSUER });
const BILLING_URL = billing.url;
const storefront = await ChildService.start('storefront', { PORT, ISSUER, BILLING_URL });

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const each of [storefront, billing, issuer]) each.stop();
  });
}

printCommands({
  storefront: storefront.url,
  billing: billing.url,
  billingProcess: String(billing.processId),
  issuer: issuer.announcement,
});
