import type { AuthRequest } from '../core/auth-request.js';
import { Forbidden } from '../core/auth-error.js';

/** Methods that change nothing (RFC 9110 section 9.2.1). */
const SAFE_METHODS = new Set<string | undefined>(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Refuses what another site may have made a browser send, cookies included: a request that changes
 * something must say that it comes from here, by `Sec-Fetch-Site` or `Origin`, which scripts cannot
 * set.
 *
 * @param trustedOrigins Other origins that may: `https://app.example.com`.
 * @throws {Forbidden} When it says something else, or nothing.
 */
export function assertSameSite(request: AuthRequest, trustedOrigins: ReadonlySet<string>): void {
  if (SAFE_METHODS.has(request.method)) return;
  const origin = only(request.header('origin'));
  if (origin !== undefined && trustedOrigins.has(origin)) return;
  const site = only(request.header('sec-fetch-site'));
  const isOurs = site === undefined ? isOwn(origin, request) : site === 'same-origin';
  if (!isOurs)
    throw new Forbidden('cross_site_request', { detail: 'a request of the same origin' });
}

/**
 * Refuses what another site made a browser send on its own, where a browser says so: after it asked
 * for a password, it sends that along with every request. Programs say nothing of where they come from.
 *
 * @throws {Forbidden} When it says something else than this origin.
 */
export function assertNotOfOtherSite(
  request: AuthRequest,
  trustedOrigins: ReadonlySet<string>,
): void {
  const says = ['origin', 'sec-fetch-site'].some((name) => request.header(name).length > 0);
  if (says) assertSameSite(request, trustedOrigins);
}

/** Browsers before 2023 name the origin only; a proxy may have ended TLS, so its scheme tells nothing. */
function isOwn(origin: string | undefined, request: AuthRequest): boolean {
  const host = only(request.header('host'));
  if (origin === undefined || host === undefined) return false;
  return origin === `https://${host}` || origin === `http://${host}`;
}

/** The one value; several say nothing. */
function only(values: readonly string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined;
}
