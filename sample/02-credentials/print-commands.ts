import { DEMO_PASSWORDS } from './demo-values.js';
import type { LiveCredentials } from './live-credentials.js';

type Command = readonly [comment: string, credential: string, request: string];

/** Commands to paste, in this order, each with what it gives. */
export function printCommands(url: string, live: LiveCredentials): void {
  const commands = [...ofUsers(url, live), ...ofService(url, live), ...ofPartner(url, live)];
  for (const [comment, credential, request] of [...commands, ...atTheEnd(url, live)]) {
    const [path = '', ...more] = request.split(' ');
    const parts = ['curl -i', credential, url + path, ...more].filter((part) => part !== '');
    console.log(`# ${comment}\n${parts.join(' ')}\n`);
  }
}

const cookie = (session: string): string => `-H "Cookie: ${session}"`;

/** What a browser says of a request by a page of ours, and no other page can make it say. */
const from = (url: string): string => `-H "Origin: ${url}"`;

const password = (user: keyof typeof DEMO_PASSWORDS): string =>
  `-u ${user}:${DEMO_PASSWORDS[user]}`;

function ofUsers(url: string, { ann: session }: LiveCredentials): Command[] {
  const ann = cookie(session);
  return [
    ['401: nobody', '', '/invoices'],
    ['200: a user logs in, and is given a cookie', password('ann'), '/login -X POST'],
    ['401: the password is wrong', '-u ann:guess', '/login -X POST'],
    ['401: the password is right, and the user suspended', password('eve'), '/login -X POST'],
    ['401: passwords are for the log-in only', password('ann'), '/profile'],
    ['200: her session, and the user behind it', ann, '/profile'],
    ['200: the invoices of her organization', ann, '/invoices'],
    ['403: another site may have made her browser send this', ann, '/invoices -d total=70'],
    ['201: a page of ours did', `${ann} ${from(url)}`, '/invoices -d total=70'],
    ['403: she is no admin', `${ann} ${from(url)}`, '/keys -d service=crm'],
  ];
}

function ofService(url: string, { bob: session, service }: LiveCredentials): Command[] {
  const bob = `${cookie(session)} ${from(url)}`;
  const key = `-H "x-api-key: ${service.key}"`;
  return [
    ['200: a service, by its key', key, '/invoices'],
    ['403: the key lacks invoices:write', key, '/invoices -d total=70'],
    ['401: keys are not accepted there', key, '/profile'],
    ['201: an admin makes a key, which is shown this once', bob, '/keys -d service=crm'],
    ['201: the key gets a successor', bob, `/keys/${service.id}/rotation -d overlapSeconds=600`],
    ['200: and holds on for ten minutes', key, '/invoices'],
    ['204: unless it is revoked', bob, `/keys/${service.id} -X DELETE`],
    ['401: which is noticed at once', key, '/invoices'],
  ];
}

function ofPartner(url: string, { bob: session, partnerToken }: LiveCredentials): Command[] {
  const bob = `${cookie(session)} ${from(url)}`;
  const token = `-H "Authorization: Bearer ${partnerToken}"`;
  return [
    ['200: a partner, by an opaque token', token, '/invoices'],
    ['401: partners may not write', token, '/invoices -d total=70'],
    ['204: an admin revokes its tokens', bob, '/partners/umbrella-reports/tokens -X DELETE'],
    ['401: the server has not heard of it, we have', token, '/invoices'],
  ];
}

function atTheEnd(url: string, { ann, bob }: LiveCredentials): Command[] {
  const admin = `${cookie(bob)} ${from(url)}`;
  return [
    ['204: an admin suspends a user', admin, '/users/ann/suspension -X POST'],
    ['401: whose session opens nothing any more', cookie(ann), '/profile'],
    ['204: the admin logs out', admin, '/logout -X POST'],
    ['401: and the session is gone', cookie(bob), '/profile'],
  ];
}
