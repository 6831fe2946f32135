import { MissingCredential } from '../core/auth-error.js';
import { authoritySet } from '../core/authority-set.js';
import { Credential } from '../core/credential.js';
import {
  rememberCredential,
  rememberProvider,
  type Actor,
  type AuthenticatedPrincipal,
} from '../core/principal.js';
import { resolveKeySets } from '../module/options/resolve-key-sets.js';
import { Authenticator } from '../pipeline/authenticator.js';
import { Tenancy } from '../pipeline/tenancy.js';
import { runtimeFetch } from '../endpoint/fetch.js';
import { JwksService } from '../verification/jwt/keys/jwks-service.js';
import { refuseProduction } from './refuse-production.js';

/** Who a test acts as. What is not given is empty. */
export interface TestPrincipal {
  /** Default: `'user'`. */
  readonly kind?: AuthenticatedPrincipal['kind'];
  /** Default: `'test-user'`. */
  readonly subject?: string;
  readonly organizationId?: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Default: `'apiKey'` with such a `kind`, else `'jwt'`. */
  readonly credentialKind?: string;
  /** Default: `'https://issuer.test'`. */
  readonly issuer?: string;
  /** In seconds since the epoch. Default: never. */
  readonly expiresAt?: number;
  readonly actor?: Actor;
  /** The provider whose preset names the issuer: `'clerk'`, for rules that only its sessions meet. Default: none. */
  readonly provider?: string;
  /** What `@Credentials()` gives. Default: nothing. */
  readonly credential?: string;
}

/** The caller of a tested application, chosen by the test. */
export interface TestCaller {
  /** Every request from now on comes from this principal. */
  actAs(principal: TestPrincipal): void;
  /** Every request from now on comes without a credential. This is so at the start. */
  actAsNobody(): void;
}

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
  let current: AuthenticatedPrincipal | undefined;
  const authenticatorIn = (tenancy: Tenancy | undefined): Pick<Authenticator, 'authenticate'> => ({
    authenticate: async (request) => {
      if (!current) throw new MissingCredential('missing_credentials');
      return tenancy ? tenancy.place(current, request) : current;
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

function jwksOfNobody(): JwksService {
  return new JwksService([], {
    clock: Date.now,
    settings: resolveKeySets({}),
    fetch: runtimeFetch,
    emit: () => undefined,
  });
}

function principalFrom(given: TestPrincipal): AuthenticatedPrincipal {
  const principal: AuthenticatedPrincipal = {
    kind: given.kind ?? 'user',
    subject: given.subject ?? 'test-user',
    organizationId: given.organizationId,
    roles: authoritySet(given.roles),
    permissions: authoritySet(given.permissions),
    scopes: authoritySet(given.scopes),
    claims: Object.freeze({ ...given.claims }),
    issuer: given.issuer ?? 'https://issuer.test',
    credentialKind: given.credentialKind ?? (given.kind === 'apiKey' ? 'apiKey' : 'jwt'),
    expiresAt: given.expiresAt ?? Infinity,
    actor: given.actor,
  };
  if (given.credential !== undefined) {
    rememberCredential(principal, new Credential('header', given.credential));
  }
  if (given.provider !== undefined) rememberProvider(principal, given.provider);
  return Object.freeze(principal);
}
