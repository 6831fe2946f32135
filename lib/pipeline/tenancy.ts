import { Forbidden, Hidden, InvalidRequest } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import { lookUp } from '../core/look-up.js';
import { whenReady, type MaybePromise } from '../core/maybe-promise.js';
import type { AuthenticatedPrincipal } from '../core/principal.js';
import {
  addressedTenant,
  SEVERAL,
  UNREADABLE,
  type AddressedTenant,
  type TenantPlace,
} from './addressed-tenant.js';

/** Tells whether a caller may act in a tenant. */
export interface TenantValidator {
  /**
   * @param tenantId As the request addresses it, where the credential names none: a client sent it.
   * @returns Literally `true` where it may; anything else refuses.
   */
  validate(principal: AuthenticatedPrincipal, tenantId: string): MaybePromise<boolean>;
}

/** How requests address tenants, and who may act in them. */
export interface TenancySettings {
  readonly places: readonly TenantPlace[];
  /** Whether the organization of the credential is as good as one that the request addresses. */
  readonly byClaim: boolean;
  readonly validator: TenantValidator | undefined;
  /** How long that may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether a request that addresses no tenant is refused. */
  readonly required: boolean;
  /** Whether another one's tenant is answered as if there were no such thing. */
  readonly hide: boolean;
}

/** What is known of callers whose credential names no one tenant. */
export interface Placing {
  /** The tenants that the credential names, where it names several. */
  severalOf(principal: AuthenticatedPrincipal): readonly string[];
  /** The caller in one of them, or in one that the credential does not name. */
  within(principal: AuthenticatedPrincipal, tenantId: string): AuthenticatedPrincipal;
}

/**
 * Measures the tenant that a request addresses against the one of its caller. What a request says
 * never takes the place of what a credential says.
 */
export class Tenancy {
  readonly #settings: TenancySettings;
  readonly #placing: Placing;

  constructor(settings: TenancySettings, placing: Placing) {
    this.#settings = settings;
    this.#placing = placing;
  }

  /** What a request says of its tenant: what holds for one holds for another only where this is equal. */
  addressed(request: AuthRequest): AddressedTenant {
    return addressedTenant(request, this.#settings.places);
  }

  /**
   * The caller in its tenant: itself, unless the tenant is known from the request alone.
   *
   * @throws {InvalidRequest} When the request says something that is no tenant.
   * @throws {Forbidden} When the caller may not act in the tenant, or none is addressed and one must
   *   be; {@link Hidden}, where nobody is to learn that there is one.
   * @throws {AuthUnavailable} When the application cannot tell.
   */
  place(
    principal: AuthenticatedPrincipal,
    request: AuthRequest,
  ): MaybePromise<AuthenticatedPrincipal> {
    const addressed = this.#readable(principal, request);
    const { organizationId: own } = principal;
    const { byClaim, required } = this.#settings;
    if (required && (addressed ?? (byClaim ? own : undefined)) === undefined) {
      throw new Forbidden('tenant_missing', { principal });
    }
    const tenantId = addressed ?? own;
    if (tenantId === undefined) return principal;
    const named = own === undefined ? this.#placing.severalOf(principal) : [own];
    if (named.length > 0 && !named.includes(tenantId)) {
      const problem = `${this.#placeIn(request)} ${difference(named, tenantId)}`;
      throw this.#mismatch(principal, problem);
    }
    return this.#validated(principal, tenantId, named.length > 0);
  }

  /** Where the request addresses a tenant, in words. */
  #placeIn(request: AuthRequest): string {
    return this.#settings.places.find(({ read }) => read(request) !== undefined)?.name ?? '';
  }

  #readable(principal: AuthenticatedPrincipal, request: AuthRequest): string | undefined {
    const addressed = this.addressed(request);
    if (addressed === UNREADABLE) throw new InvalidRequest('tenant_malformed', { principal });
    if (addressed === SEVERAL) {
      const reason = 'tenant_ambiguous';
      throw this.#settings.hide
        ? new Hidden({ detail: reason, principal })
        : new Forbidden(reason, { principal });
    }
    return addressed;
  }

  #validated(
    principal: AuthenticatedPrincipal,
    tenantId: string,
    isNamed: boolean,
  ): MaybePromise<AuthenticatedPrincipal> {
    const { validator, timeoutMs } = this.#settings;
    const isOwn = principal.organizationId === tenantId;
    if (!validator) {
      if (isOwn) return principal;
      if (isNamed) return this.#placing.within(principal, tenantId);
      const problem = 'the credential names no tenant, and there is no tenant.validate';
      throw this.#mismatch(principal, problem);
    }
    const answer = lookUp<unknown>(() => validator.validate(principal, tenantId), {
      timeoutMs,
      reason: 'lookup_failed',
      asked: 'tenant.validate',
    });
    return whenReady(answer, (isMember) => {
      if (isMember !== true) throw this.#mismatch(principal, 'tenant.validate did not say true');
      return isOwn ? principal : this.#placing.within(principal, tenantId);
    });
  }

  /** @param problem For the log: what disagrees, and no name of a tenant. */
  #mismatch(principal: AuthenticatedPrincipal, problem: string): Forbidden | Hidden {
    return this.#settings.hide
      ? new Hidden({ detail: `organization_mismatch: ${problem}`, principal })
      : new Forbidden('organization_mismatch', { detail: problem, principal });
  }
}

function difference(named: readonly string[], other: string): string {
  return named.some((own) => own.toLowerCase() === other.toLowerCase())
    ? 'differs from the tenant of the credential in letter case only'
    : 'names another tenant than the credential';
}
