import type { ApplicationUser } from '../core/application-user.js';
import type { Principal } from '../core/principal.js';

/** What a policy decides on. */
export interface PolicyRequest<Args extends object = object> {
  readonly principal: Principal;
  /** The application's own user, where `principal.load` found one. */
  readonly user: ApplicationUser | undefined;
  /** As declared beside the policy, each `arg(…)` replaced by what the request has there. Clients send it: check its type. */
  readonly args: { readonly [Name in keyof Args]: unknown };
  /** How the request came: `http`. */
  readonly transport: string;
  /** `Class.method`. */
  readonly handler: string;
  /** Hands something to the handler, where `@Resource()` finds it: what was loaded is not loaded twice. */
  readonly provide: (resource: unknown) => void;
}

/**
 * Decides whether a caller may, on a resource: a class of the application, in the providers of one of
 * its modules.
 *
 * Only `true`, or a promise of it, lets anybody in. What it throws passes on to the exception filters,
 * and the handler is not reached.
 */
export interface Policy<Args extends object = object> {
  allows(request: PolicyRequest<Args>): boolean | Promise<boolean>;
}

/** A class of policies. */
export type PolicyClass<Args extends object = object> = abstract new (
  ...dependencies: never[]
) => Policy<Args>;
