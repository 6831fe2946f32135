import { currentAuth, currentRequest } from '../context/current-request.js';
import type { RequestAuth } from '../context/request-auth.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { Forbidden, MissingCredential, NotAnAccessToken } from '../core/auth-error.js';
import type { Claims } from '../core/claims.js';
import type { Credential } from '../core/credential.js';
import { OutsideRequestError } from '../core/outside-request-error.js';
import { credentialOf, type Principal } from '../core/principal.js';
import { owns, type OwnershipOptions } from '../decorators/policy-rules.js';

/**
 * Who is calling, from anywhere: inject it into any singleton. Every method is about the request on
 * whose behalf it is called, and throws {@link OutsideRequestError} outside of one.
 *
 * @publicApi
 */
export class AuthService {
  /**
   * Who is calling; somebody anonymous where that is let in.
   *
   * @throws {OutsideRequestError} Outside of a request.
   * @throws {UnauthorizedException} Where a public handler lets in whomever.
   */
  principal(): Principal {
    const auth = authFor('principal');
    if (auth.principal) return auth.principal;
    throw auth.refuse(new MissingCredential('missing_credentials'));
  }

  /** Who is calling; `undefined` where nobody is known, and outside of a request. */
  tryPrincipal(): Principal | undefined {
    return currentAuth()?.principal;
  }

  /**
   * The organization (tenant) the caller acts in.
   *
   * @throws {ForbiddenException} When there is none.
   */
  organizationId(): string {
    const { organizationId } = this.principal();
    if (organizationId !== undefined) return organizationId;
    const detail = 'AuthService.organizationId()';
    throw authFor('organizationId').refuse(new Forbidden('missing_value', { detail }));
  }

  /**
   * Everything the access token says, deeply frozen.
   *
   * @throws {ForbiddenException} When the caller has no access token but an API key, a session or a
   *   password: its cause is a {@link NotAnAccessToken}.
   */
  claims(): Claims {
    const principal = this.principal();
    // What was looked up vouches for itself, under the name of its kind.
    const isToken = principal.kind !== 'anonymous' && principal.issuer !== principal.credentialKind;
    if (isToken) return principal.claims;
    throw authFor('claims').refuse(new NotAnAccessToken());
  }

  /**
   * What the caller presented, for passing it on: its text is `value`, and shows in no log or JSON.
   *
   * @throws {UnauthorizedException} When nothing was presented.
   */
  credentials(): Credential {
    const credential = credentialOf(this.principal());
    if (credential) return credential;
    throw authFor('credentials').refuse(new MissingCredential('missing_credentials'));
  }

  /** What kind of credential that is, as it is called in the configuration: `jwt`, `apiKey`; `undefined` for none. */
  get credentialKind(): string | undefined {
    return this.principal().credentialKind;
  }

  /** Whether the caller has a permission: compared exactly, no wildcards. */
  hasPermission(name: string): boolean {
    return this.principal().permissions.has(name);
  }

  /** Whether the caller has a role: compared exactly. */
  hasRole(name: string): boolean {
    return this.principal().roles.has(name);
  }

  /** Whether the caller's token has a scope: compared exactly. */
  hasScope(name: string): boolean {
    return this.principal().scopes.has(name);
  }

  /**
   * That the caller owns something that is loaded already: `auth.assertOwner(document)`.
   *
   * @throws {ForbiddenException} When not.
   * @throws {AuthConfigurationError} When an option is none.
   */
  assertOwner<T extends object>(resource: T, options: OwnershipOptions<T> = {}): void {
    if (owns(this.principal(), resource, options)) return;
    const detail = 'AuthService.assertOwner()';
    throw authFor('assertOwner').refuse(new Forbidden('policy_denied', { detail }));
  }
}

/**
 * @throws {OutsideRequestError} Outside of a request.
 * @throws {AuthConfigurationError} Where no guard of ours has seen it.
 */
function authFor(method: string): RequestAuth {
  const auth = currentAuth();
  if (auth) return auth;
  if (!currentRequest()) throw new OutsideRequestError(`AuthService.${method}()`);
  throw new AuthConfigurationError(
    `AuthService.${method}()`,
    'is called where AuthGuard did not run',
    'Call it in a handler or what a handler calls, and not in middleware; import AuthModule with `global: true` (the default), or add @UseGuards(AuthGuard, RolesGuard) to the controller.',
  );
}
