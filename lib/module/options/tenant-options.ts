import type { TenantValidator } from '../../pipeline/tenancy.js';
import type { Provided } from './credential-options.js';

/**
 * Where a request says which tenant it is about: in a header, in one label of its host
 * (`{tenant}.example.com`), or in a parameter of its path. `claim` is the organization of the
 * credential, which counts in any case: named here, it is enough for `required`.
 */
export type TenantSource =
  'claim' | { readonly header: string } | { readonly host: string } | { readonly param: string };

/** How requests address tenants, and who may act in them. */
export interface TenantOptions {
  /**
   * Where a request says which tenant it is about: `{ header: 'x-tenant-id' }`,
   * `{ host: '{tenant}.example.com' }`, `{ param: 'orgId' }`, `'claim'`, or a list of these. All that it
   * says must be one tenant, and that of the credential; else the answer is 403.
   */
  readonly from: TenantSource | readonly TenantSource[];
  /**
   * Asked whether a caller may act in a tenant: a function of the principal and the tenant, or an object
   * or a class with `validate()`. Where the credential names no organization, its `true` puts the caller
   * in the tenant that the request addresses, for this request; where it names one, it can only refuse.
   *
   * @default a credential that names no organization is refused where a request addresses a tenant
   */
  readonly validate?: TenantValidator['validate'] | Provided<TenantValidator>;
  /**
   * Refuse a request that addresses no tenant with 403. Otherwise its caller acts in the organization
   * of the credential, if that names one.
   *
   * @default false
   */
  readonly required?: boolean;
  /**
   * Answer 404 where the tenant is not the caller's, as if there were no such tenant, instead of 403.
   *
   * @default false
   */
  readonly hide?: boolean;
  /**
   * How long `validate` may take, in seconds: 0.1 to 60. After that the answer is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}
