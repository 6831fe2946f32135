import type { IssuerAnnouncement } from './issuer/main.js';

/** What runs, and where. */
interface Running {
  readonly storefront: string;
  readonly billing: string;
  readonly billingProcess: string;
  readonly issuer: IssuerAnnouncement;
}

type User = keyof IssuerAnnouncement['tokens'];
type Command = readonly [comment: string, command: string];

/** Commands to paste, in this order, each with what it gives. */
export function printCommands(running: Running): void {
  const all = [...ofUsers(running), ...ofIssuer(running), ...atTheEnd(running)];
  for (const [comment, command] of all) console.log(`# ${comment}\n${command}\n`);
}

function ofUsers(running: Running): Command[] {
  const { storefront, billing } = running;
  const [ann, bob, support] = [
    asUser(running, 'ann'),
    asUser(running, 'bob'),
    asUser(running, 'support'),
  ];
  const invoice = `${storefront}/orders/1/invoice`;
  return [
    ['401: nobody', `curl -i ${invoice}`],
    ['200: billing knows Ann, and that the storefront asks for her', `${ann} ${invoice}`],
    [
      '200: whatever else she says she is',
      `${ann} -H "User-ID: bob" -H "X-Request-ID: no id" ${invoice}`,
    ],
    ['200: support acts as Ann, and the storefront for support', `${support} ${invoice}`],
    ["404: Bob's order is not hers", `${ann} ${storefront}/orders/2/invoice`],
    ['401: her token is for the storefront, and not for billing', `${ann} ${billing}/invoices/1`],
    ['403: she is no manager', `${ann} ${storefront}/reports/invoices`],
    ['200: Bob is; billing sees the storefront alone', `${bob} ${storefront}/reports/invoices`],
  ];
}

function ofIssuer(running: Running): Command[] {
  const { storefront } = running;
  const [ann, bob, eve] = [asUser(running, 'ann'), asUser(running, 'bob'), asUser(running, 'eve')];
  return [
    ["204: Eve's tokens are revoked", admin(running, 'revoke-tokens-of/eve')],
    ['403: the issuer exchanges them no more', `${eve} ${storefront}/orders/3/invoice`],
    ['204: the storefront is shut out of the issuer', admin(running, 'disable-client/storefront')],
    [
      "200: Ann's token was exchanged before, and holds on",
      `${ann} ${storefront}/orders/1/invoice`,
    ],
    [
      "503: Bob's was not: Retry-After says when to ask again",
      `${bob} ${storefront}/orders/2/invoice`,
    ],
    ['204: the storefront is let in again', admin(running, 'enable-client/storefront')],
  ];
}

function atTheEnd(running: Running): Command[] {
  const { storefront, billingProcess } = running;
  return [
    [
      '200: and recovers by itself; curl waits until then',
      `${asUser(running, 'bob')} --retry 1 ${storefront}/orders/2/invoice`,
    ],
    [
      '502: billing crashes, which the storefront says in its own words',
      `kill -9 ${billingProcess}; ${asUser(running, 'bob')} ${storefront}/orders/2/invoice`,
    ],
  ];
}

function asUser({ issuer }: Running, user: User): string {
  return `curl -i -H "Authorization: Bearer ${issuer.tokens[user]}"`;
}

function admin({ issuer }: Running, action: string): string {
  return `curl -i -X POST -H "X-Admin-Key: ${issuer.adminKey}" ${issuer.url}/admin/${action}`;
}
