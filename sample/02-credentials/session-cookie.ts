import { SESSION_SECONDS } from './sessions.js';

/**
 * Browsers accept `__Host-` only with `Secure`, over https. Plain http is for loopback: set
 * `PUBLIC_URL` to the https address that users see.
 */
const isHttps = process.env['PUBLIC_URL']?.startsWith('https://') ?? false;

export const SESSION_COOKIE = isHttps ? '__Host-sid' : 'sid';

/** The value of `Set-Cookie`; without a session, the one that makes a browser forget it. */
export function sessionCookie(id?: string): string {
  const lifetime = id === undefined ? 0 : SESSION_SECONDS;
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${String(lifetime)}`;
  return `${SESSION_COOKIE}=${id ?? ''}; ${attributes}${isHttps ? '; Secure' : ''}`;
}
