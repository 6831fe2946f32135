import { Injectable } from '@nestjs/common';
import type { IssuerOptions } from 'nestjs-portcullis';

/** A customer, and whose tokens are theirs. */
export interface Tenant {
  readonly id: string;
  readonly issuer: string;
}

/** The customers. A product has them in a table; what is asked here is asked there. */
@Injectable()
export class Tenants {
  readonly #byIssuer = new Map<string, Tenant>();

  /** Whose issuer it is: issuer, audience and tenant are one, and nothing of it is read from a request. */
  resolve(issuer: string): IssuerOptions | undefined {
    const tenant = this.#byIssuer.get(issuer);
    return tenant && { issuer, audience: 'api://projects', organizationId: tenant.id };
  }

  add(tenant: Tenant): void {
    this.#byIssuer.set(tenant.issuer, tenant);
  }

  /** @returns Whose issuer nobody is to believe any more. */
  suspend(id: string): Tenant | undefined {
    const tenant = [...this.#byIssuer.values()].find((each) => each.id === id);
    if (tenant) this.#byIssuer.delete(tenant.issuer);
    return tenant;
  }
}
