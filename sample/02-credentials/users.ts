import { Injectable } from '@nestjs/common';
import { hash } from '@node-rs/argon2';
import type {
  AuthenticatedPrincipal,
  PasswordIdentity,
  PasswordUsers,
  UserAuthorities,
  UserLoader,
} from 'nestjs-portcullis';
import { DEMO_PASSWORDS } from './demo-values.js';
import type { User } from './user.js';

const USERS: readonly User[] = [
  { id: 'ann', name: 'Ann', organizationId: 'acme', roles: ['accountant'], isSuspended: false },
  { id: 'bob', name: 'Bob', organizationId: 'acme', roles: ['admin'], isSuspended: false },
  { id: 'eve', name: 'Eve', organizationId: 'acme', roles: ['admin'], isSuspended: true },
];

/** The table of users; in memory, and so of this process alone. */
@Injectable()
export class Users implements PasswordUsers, UserLoader {
  readonly #users = new Map(USERS.map((user) => [user.id, user]));
  readonly #hashes: ReadonlyMap<string, string>;

  private constructor(hashes: ReadonlyMap<string, string>) {
    this.#hashes = hashes;
  }

  /** A real table has the hashes already. */
  static async create(): Promise<Users> {
    const hashes = Object.entries(DEMO_PASSWORDS).map(
      async ([id, password]) => [id, await hash(password)] as const,
    );
    return new Users(new Map(await Promise.all(hashes)));
  }

  /** Whose password is to be compared. That a user is suspended is for `load` to say. */
  find(username: string): PasswordIdentity | undefined {
    const user = this.#users.get(username);
    const passwordHash = this.#hashes.get(username);
    if (!user || passwordHash === undefined) return;
    return { subject: user.id, organizationId: user.organizationId, passwordHash };
  }

  /** Asked with every request, so that who is suspended is out at once. A program has no user. */
  load(principal: AuthenticatedPrincipal): User | AuthenticatedPrincipal | undefined {
    if (principal.kind !== 'user') return principal;
    const user = this.#users.get(principal.subject);
    return user?.isSuspended === false ? user : undefined;
  }

  authorities({ roles }: User): UserAuthorities {
    return { roles };
  }

  /** @returns Whether the organization has such a user. */
  suspend(id: string, organizationId: string): boolean {
    const user = this.#users.get(id);
    if (user?.organizationId !== organizationId) return false;
    this.#users.set(id, { ...user, isSuspended: true });
    return true;
  }
}
