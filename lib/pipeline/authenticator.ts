import { Forbidden, InvalidCredential, type InvalidCredentialReason } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import type { Credential } from '../core/credential.js';
import { isPending, whenReady, type MaybePromise } from '../core/maybe-promise.js';
import type { AuthenticatedPrincipal } from '../core/principal.js';
import { refusedEntry, type DecisionSettings } from '../policy/decide.js';
import type { VerifiedCredential } from '../core/verified-credential.js';
import type { Requirement } from '../policy/requirement.js';
import { isAllowedAddress } from '../verification/api-key/address-list.js';
import type { PrincipalMapper } from '../principal/principal-mapper.js';
import type { UserAttacher } from '../principal/user-attacher.js';
import type { CredentialKind } from './credential-kind.js';
import type { Presented } from './entrance.js';
import type { Entrances } from './entrances.js';
import type { Tenancy } from './tenancy.js';

/** The stages a request passes on its way to a principal. */
export interface Stages {
  readonly entrances: Entrances;
  readonly mapper: PrincipalMapper;
  readonly rules: DecisionSettings;
  /** Measures the tenant that a request addresses; `undefined` where none does. */
  readonly tenancy?: Tenancy | undefined;
  /** Finds the application's own user; `undefined` where there is none to be found. */
  readonly users?: UserAttacher | undefined;
}

/** Establishes who is calling: extract, verify, resolve. */
export class Authenticator {
  readonly #stages: Stages;

  constructor(stages: Stages) {
    this.#stages = stages;
  }

  /**
   * A credential that was verified before is answered at once, without a promise.
   *
   * @param accepts The kinds of credential that may enter. Default: all that need no declaration.
   * @throws {MissingCredential} When the request carries no credential.
   * @throws {InvalidRequest} When it carries a malformed one, or several.
   * @throws {InvalidCredential} When it carries a bad one, or one that is not accepted.
   * @throws {AuthUnavailable} When nobody can tell at present.
   */
  authenticate(request: AuthRequest, accepts?: Requirement): MaybePromise<AuthenticatedPrincipal> {
    const entrance = this.#stages.entrances.of(accepts);
    if (accepts?.mode === 'all') return this.#together(entrance.each(request), request, accepts);
    const presented = entrance.one(request);
    return this.#withUser(this.#placed(presented, request), presented);
  }

  /** In its tenant before its user is looked for: what that may is said for each tenant. */
  #placed(presented: Presented, request: AuthRequest): MaybePromise<AuthenticatedPrincipal> {
    const { tenancy } = this.#stages;
    const principal = this.#principalOf(presented, request);
    return tenancy ? whenReady(principal, (known) => tenancy.place(known, request)) : principal;
  }

  #withUser(
    principal: MaybePromise<AuthenticatedPrincipal>,
    { kind }: Presented,
  ): MaybePromise<AuthenticatedPrincipal> {
    const { users } = this.#stages;
    return users ? whenReady(principal, (known) => users.attach(known, kind.scheme)) : principal;
  }

  #principalOf(
    { credential, kind }: Presented,
    request: AuthRequest,
  ): MaybePromise<AuthenticatedPrincipal> {
    return whenReady(verify(kind, credential), (verified) => {
      const isBound = Object.hasOwn(verified, 'allowedAddresses');
      const allowedAddresses = isBound ? verified.allowedAddresses : undefined;
      if (allowedAddresses && !isAllowedAddress(request.remoteAddress, allowedAddresses)) {
        throw new Forbidden('address_not_allowed');
      }
      return this.#stages.mapper.map(verified);
    });
  }

  /** One after the other, so that what vouches for the way is known before anybody is asked who is calling. */
  async #together(
    presented: readonly Presented[],
    request: AuthRequest,
    accepts: Requirement,
  ): Promise<AuthenticatedPrincipal> {
    const principals: AuthenticatedPrincipal[] = [];
    for (const each of presented) {
      const principal = await this.#withUser(this.#placed(each, request), each);
      const refused = refusedEntry(accepts, principal, this.#stages.rules);
      if (refused) throw new Forbidden(refused.reason, refused);
      principals.push(principal);
    }
    const caller = principals.at(-1);
    if (!caller) throw new Forbidden('policy_denied', { detail: 'a kind of credential' });
    const organizations = new Set(principals.flatMap(({ organizationId }) => organizationId ?? []));
    if (organizations.size > 1) {
      const detail = 'the credentials are of different organizations';
      throw new Forbidden('organization_mismatch', { detail, principal: caller });
    }
    return caller;
  }
}

/** Whoever is refused is asked for a credential in the way that the kind is presented in. */
function verify(
  { verifier, scheme }: CredentialKind,
  credential: Credential,
): MaybePromise<VerifiedCredential> {
  if (scheme === 'Bearer') return verifier.verify(credential);
  const fail = (failure: unknown): never => {
    if (!(failure instanceof InvalidCredential)) throw failure;
    const { reason, detail, cause } = failure;
    throw new InvalidCredential(reason as InvalidCredentialReason, {
      detail,
      cause,
      schemes: [scheme],
    });
  };
  try {
    const verified = verifier.verify(credential);
    return isPending(verified) ? verified.catch(fail) : verified;
  } catch (failure) {
    return fail(failure);
  }
}
