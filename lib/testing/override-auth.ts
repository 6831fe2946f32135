import { MissingCredential } from '../core/auth-error.js';
import type { AuthRequest } from '../core/auth-request.js';
import type { AuthenticatedPrincipal } from '../core/principal.js';
import { resolveKeySets } from '../module/options/resolve-key-sets.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { Tenancy } from '../pipeline/tenancy.js';
import { runtimeFetch } from '../endpoint/fetch.js';
import { JwksService } from '../verification/jwt/keys/jwks-service.js';
import { refuseProduction } from './refuse-production.js';
import { principalFrom, type TestPrincipal } from './test-principal.js';

/**
 * The caller of a tested application, chosen by the test. What began before, a socket or a subscription that
 * runs, stays whose it was.
 */
export interface TestCaller {
  /**
   * Every request from now on comes from this principal.
   *
   * @throws {AuthConfigurationError} When it is none.
   */
  actAs(principal: TestPrincipal): void;
  /** Every request from now on comes without a credential. This is so at the start. */
  actAsNobody(): void;
}

/** Who acts; `undefined` for nobody. */
type Acting = AuthenticatedPrincipal | undefined;

/** The part of Nest's `TestingModuleBuilder` that is needed. */
interface ModuleBuilder {
  overrideProvider(token: unknown): {
    useValue(value: unknown): unknown;
    useFactory(options: {
      factory: (...args: never[]) => unknown;
      inject?: (typeof Tenancy)[];
    }): unknown;
  };
}

/**
 * Replaces the verification of credentials in a testing module by a principal of the test's choice.
 * The real guards stay in place, and what handlers declare is enforced; so is the tenant that a request
 * addresses. It refuses to work where
 * `NODE_ENV` is `production`.
 *
 * @throws {AuthConfigurationError} In production.
 */
export function overrideAuth(builder: ModuleBuilder): TestCaller {
  refuseProduction('overrideAuth');
  let current: Acting;
  const acting = new ActingCallers(() => current);
  const authenticatorIn = (tenancy: Tenancy | undefined): Pick<Authenticator, 'authenticate'> => ({
    authenticate: async (request) => {
      const caller = acting.of(request);
      if (!caller) throw new MissingCredential('missing_credentials');
      return tenancy ? tenancy.place(caller, request) : caller;
    },
  });
  builder
    .overrideProvider(Authenticator)
    .useFactory({ factory: authenticatorIn, inject: [Tenancy] });
  // No credential is verified, so no issuer is asked for its keys.
  builder.overrideProvider(JwksService).useValue(jwksOfNobody());
  return {
    actAs: (principal) => {
      current = principalFrom(principal);
    },
    actAsNobody: () => {
      current = undefined;
    },
  };
}

/** Who acts in each request: a lasting one keeps whoever acted when it was first looked at, as it keeps what it presents. */
class ActingCallers {
  readonly #now: () => Acting;
  readonly #kept = new WeakMap<AuthRequest, { readonly caller: Acting }>();

  constructor(now: () => Acting) {
    this.#now = now;
  }

  of(request: AuthRequest): Acting {
    if (request.isLasting !== true) return this.#now();
    const kept = this.#kept.get(request) ?? { caller: this.#now() };
    this.#kept.set(request, kept);
    return kept.caller;
  }
}

function jwksOfNobody(): JwksService {
  return new JwksService([], {
    clock: Date.now,
    settings: resolveKeySets({}),
    fetch: runtimeFetch,
    emit: () => undefined,
  });
}
