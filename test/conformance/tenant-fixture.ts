import { Controller, Get } from '@nestjs/common';
import { SignJWT } from 'jose';
import {
  CurrentUser,
  type DynamicIssuerOptions,
  type IssuerOptions,
  type Principal,
} from '../../lib/index.js';
import { signingKey, vectors } from './catalogue.js';
import { issuerA, issuerB } from './fixture.js';
import { bearer, validClaims } from './requests.js';

/** The tenants of the catalogue: an issuer each, with keys of the same name. */
export const TENANTS = {
  a: { iss: vectors.issuer_a, key: 'rsa' },
  b: { iss: vectors.issuer_b, key: 'rsa_b' },
} as const;
export type TenantName = keyof typeof TENANTS;

let handled = 0;
/** How often a handler ran. */
export const handledRequests = (): number => handled;

/** Tells who is calling, and of which tenant. */
@Controller('me')
export class TenantApi {
  @Get()
  me(@CurrentUser() { subject, issuer, roles, organizationId }: Principal): object {
    handled += 1;
    return { sub: subject, issuer, roles, organizationId };
  }
}

/** Signs a token as a tenant's issuer would, unless another one's key is to sign it. */
export async function mintFor(
  tenant: TenantName,
  claims: Readonly<Record<string, unknown>> = {},
  signer: TenantName = tenant,
): Promise<string> {
  const key = await signingKey(TENANTS[signer].key, 'RS256');
  return new SignJWT({ ...validClaims(), iss: TENANTS[tenant].iss, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'rsa-1', typ: 'at+jwt' })
    .sign(key);
}

/** A request with such a token. */
export const requestFor = async (
  tenant: TenantName,
  claims: Readonly<Record<string, unknown>> = {},
  signer: TenantName = tenant,
): Promise<string> => bearer(await mintFor(tenant, claims, signer));

/** What the two tenants are configured with. */
export const tenantOptions = (): Record<TenantName, IssuerOptions> => ({
  a: issuerA(),
  b: issuerB(),
});

/** The ways in which tenants are configured: listed, or looked up. */
export const WAYS = ['issuers', 'dynamicIssuers'] as const;
export type Way = (typeof WAYS)[number];

interface Known {
  readonly issuers?: readonly IssuerOptions[];
  readonly dynamicIssuers?: DynamicIssuerOptions;
}

/** Makes the same tenants known in either way. */
export function known(
  way: Way,
  tenants: Readonly<Record<string, IssuerOptions>>,
  more: Partial<DynamicIssuerOptions> = {},
): Known {
  const all = Object.values(tenants);
  if (way === 'issuers') return { issuers: all };
  const byName = new Map(all.map((each) => [each.issuer, { organizationId: null, ...each }]));
  const resolve = (name: string): Promise<IssuerOptions | undefined> =>
    Promise.resolve(byName.get(name));
  return { dynamicIssuers: { resolve, ...more } };
}
