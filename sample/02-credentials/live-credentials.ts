import type { AuthorizationServer } from './authorization-server.js';
import { DEMO_PASSWORDS } from './demo-values.js';
import { SESSION_COOKIE } from './session-cookie.js';

/** What each caller of the printed commands presents. */
export interface LiveCredentials {
  /** Session cookies. */
  readonly ann: string;
  readonly bob: string;
  readonly service: { readonly id: string; readonly key: string };
  readonly partnerToken: string;
}

/** Gets a credential for each caller in the way that it would get one itself. */
export async function liveCredentials(
  url: string,
  server: AuthorizationServer,
): Promise<LiveCredentials> {
  const bob = await logIn(url, 'bob');
  return {
    ann: await logIn(url, 'ann'),
    bob,
    service: await makeKey(url, bob),
    partnerToken: await server.tokenFor('umbrella-reports'),
  };
}

async function logIn(url: string, user: keyof typeof DEMO_PASSWORDS): Promise<string> {
  const password = Buffer.from(`${user}:${DEMO_PASSWORDS[user]}`).toString('base64');
  const { headers } = await post(`${url}/login`, { authorization: `Basic ${password}` });
  const cookie = headers.getSetCookie().find((each) => each.startsWith(`${SESSION_COOKIE}=`));
  return cookie?.split(';', 1)[0] ?? '';
}

async function makeKey(url: string, cookie: string): Promise<LiveCredentials['service']> {
  const response = await post(
    `${url}/keys`,
    { cookie, origin: url },
    new URLSearchParams({ service: 'billing-export' }),
  );
  return (await response.json()) as LiveCredentials['service'];
}

async function post(
  url: string,
  headers: Record<string, string>,
  body?: URLSearchParams,
): Promise<Response> {
  const response = await fetch(url, { method: 'POST', headers, body: body ?? null });
  if (response.ok) return response;
  throw new Error(`${url} answered ${String(response.status)}`);
}
