import { AuthUnavailable, InvalidCredential } from '../core/auth-error.js';
import type { ApplicationUser } from '../core/application-user.js';
import { authoritySet } from '../core/authority-set.js';
import { lookUp } from '../core/look-up.js';
import { isPending, whenReady, type MaybePromise } from '../core/maybe-promise.js';
import { ownMembers } from '../core/own-property.js';
import { rememberOrigin, rememberUser, type AuthenticatedPrincipal } from '../core/principal.js';
import {
  expandAuthorities,
  PLAIN_ROLES,
  type GivenAuthorities,
  type RoleModel,
} from './role-model.js';
import type { UserCache } from './user-cache.js';

/** What the application knows of a user that tokens do not say. */
export interface UserAuthorities {
  /** In the place of those that the credential names, which stay where this member is left out; `null` and `undefined` are none. */
  readonly roles?: readonly string[] | null | undefined;
  /** As with roles. */
  readonly permissions?: readonly string[] | null | undefined;
}

/** Finds the application's own user behind a verified credential. */
export interface UserLoader<User extends object = ApplicationUser> {
  /**
   * @returns The user; the principal itself for whoever is none, and may enter all the same, such as a
   *   service. Whatever is no object refuses with 401: the unknown, the suspended.
   */
  load(
    principal: AuthenticatedPrincipal,
  ): MaybePromise<User | AuthenticatedPrincipal | null | undefined | false>;

  /** The roles and permissions that the user has in the application. Default: those of the credential. */
  authorities?(user: User, principal: AuthenticatedPrincipal): UserAuthorities;
}

/** How users are loaded. */
export interface UserAttacherSettings {
  readonly loader: UserLoader;
  readonly cache: UserCache;
  readonly roles?: RoleModel;
  readonly timeoutMs: number;
}

/** Finds the application's own user for a principal, and refuses whom the application does not know. */
export class UserAttacher {
  readonly #settings: UserAttacherSettings;

  constructor(settings: UserAttacherSettings) {
    this.#settings = settings;
  }

  /**
   * @param scheme How the caller was authenticated, for the challenge.
   * @throws {InvalidCredential} When the application refuses the user.
   * @throws {AuthUnavailable} When it cannot tell.
   */
  attach(principal: AuthenticatedPrincipal, scheme: string): MaybePromise<AuthenticatedPrincipal> {
    const user = this.#settings.cache.recall(principal) ?? this.#ask(principal, scheme);
    return whenReady(user, (found) =>
      found === principal ? principal : this.#withUser(principal, found),
    );
  }

  #ask(principal: AuthenticatedPrincipal, scheme: string): MaybePromise<object> {
    const { loader, cache, timeoutMs } = this.#settings;
    const { epoch } = cache;
    const answer = lookUp(() => loader.load(principal), {
      timeoutMs,
      reason: 'lookup_failed',
      asked: 'principal.load',
    });
    return whenReady<unknown, object>(answer, (user) => {
      if (typeof user !== 'object' || user === null) {
        throw new InvalidCredential('user_refused', { schemes: [scheme] });
      }
      // A principal is no user: what it may is said by its credential, each time.
      if (user !== principal) cache.remember(principal, user, epoch);
      return user;
    });
  }

  #withUser(principal: AuthenticatedPrincipal, user: object): AuthenticatedPrincipal {
    const { roles, permissions } = this.#authoritiesOf(principal, user);
    const known = {
      ...principal,
      roles: authoritySet(roles),
      permissions: authoritySet(permissions),
    };
    rememberUser(known, user);
    rememberOrigin(known, principal);
    return Object.freeze(known);
  }

  #authoritiesOf(
    principal: AuthenticatedPrincipal,
    user: object,
  ): Pick<GivenAuthorities, 'roles' | 'permissions'> {
    const said = this.#given(principal, user);
    const { organizationId } = principal;
    const given = {
      organizationId,
      roles: namesOf(said, 'roles', principal),
      permissions: namesOf(said, 'permissions', principal),
    };
    return expandAuthorities(given, this.#settings.roles ?? PLAIN_ROLES);
  }

  #given(principal: AuthenticatedPrincipal, user: object): UserAuthorities {
    const { loader } = this.#settings;
    if (!loader.authorities) return {};
    const given = attempt(() => loader.authorities?.(user, principal));
    if (isPending(given)) Promise.resolve(given).catch(() => undefined);
    else if (typeof given === 'object' && given !== null) return ownMembers(given);
    const detail = `${AUTHORITIES} gave no object`;
    throw new AuthUnavailable('lookup_failed', { detail, retryAfterSeconds: 1 });
  }
}

/** The second question to whatever `principal.load` names. */
const AUTHORITIES = 'authorities() of principal.load';

/** @throws {AuthUnavailable} When it throws. */
function attempt(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (cause) {
    throw new AuthUnavailable('lookup_failed', {
      ...{ cause, detail: AUTHORITIES, retryAfterSeconds: 1 },
    });
  }
}

/** What is said to be nothing is nothing: a column without a value must not bring the token's roles back. */
function namesOf(
  said: UserAuthorities,
  member: keyof UserAuthorities,
  principal: AuthenticatedPrincipal,
): readonly string[] {
  if (!Object.hasOwn(said, member)) return [...principal[member]];
  const given: unknown = said[member];
  return Array.isArray(given) ? given.filter(isName) : [];
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
