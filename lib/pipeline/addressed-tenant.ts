import type { AuthRequest } from '../core/auth-request.js';

/** Where a request may name its tenant. */
export interface TenantPlace {
  /** For the log: `header x-tenant-id`. */
  readonly name: string;
  /** Says what a request has there: `undefined` where that names no tenant. */
  readonly read: (request: AuthRequest) => unknown;
}

/** Stands for tenants that differ from one another. */
export const SEVERAL = Symbol('several tenants');

/** Stands for what names no tenant, and is there. */
export const UNREADABLE = Symbol('no tenant');

/** The tenant that a request addresses, if any; what is equal was addressed alike. */
export type AddressedTenant = string | typeof SEVERAL | typeof UNREADABLE | undefined;

/** Without control characters, and short enough for whoever looks it up. */
const TENANT = /^\P{Cc}{1,256}$/u;

/** What a request says in all places together. */
export function addressedTenant(
  request: AuthRequest,
  places: readonly TenantPlace[],
): AddressedTenant {
  let found: AddressedTenant;
  for (const place of places) {
    const tenant = place.read(request);
    if (tenant === undefined) continue;
    if (typeof tenant !== 'string' || !TENANT.test(tenant)) return UNREADABLE;
    if (found !== undefined && found !== tenant) found = SEVERAL;
    else found = tenant;
  }
  return found;
}

/** A header, sent once. */
export function headerPlace(name: string): TenantPlace {
  return { name: `header ${name}`, read: (request) => onlyOne(request.header(name)) };
}

/** A parameter of the path. */
export function parameterPlace(name: string): TenantPlace {
  return { name: `parameter ${name}`, read: (request) => request.parameter(name) };
}

/**
 * One label of the host, in lower case, for hosts are not told apart by case (RFC 9110 section 4.2.3).
 *
 * @param pattern In lower case: `{tenant}.example.com`.
 */
export function hostPlace(pattern: string): TenantPlace {
  const [before = '', after = ''] = pattern.split('{tenant}');
  const read = (request: AuthRequest): unknown => {
    // Node takes the first of several; whoever stands before it may have taken another.
    if (request.header('host').length > 1) return UNREADABLE;
    const host = canonicalHost(request.host ?? '');
    if (!host.startsWith(before) || !host.endsWith(after)) return undefined;
    const label = host.slice(before.length, -after.length);
    if (label === '' || label.includes('.')) return undefined;
    return LABEL.test(label) ? label : UNREADABLE;
  };
  return { name: `host ${pattern}`, read };
}

/** What a label of a host consists of (RFC 1123 section 2.1): whatever else a client writes is read differently by others. */
const LABEL = /^[a-z\d-]+$/;

/** Without a port, and without the dot that stands for the root. */
function canonicalHost(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

function onlyOne(values: readonly string[]): unknown {
  return values.length > 1 ? UNREADABLE : values[0];
}
