/** A user of the storefront. */
interface User {
  readonly name: string;
  readonly roles: readonly string[];
}

/** The users, and whose tokens are not to be exchanged any more. */
export class Users {
  readonly #users = new Map<string, User>([
    ['ann', { name: 'Ann', roles: [] }],
    ['bob', { name: 'Bob', roles: ['manager'] }],
    ['eve', { name: 'Eve', roles: [] }],
  ]);

  /** In seconds since the epoch. */
  readonly #revokedAt = new Map<string, number>();

  /** What tokens say of a user. */
  find(id: string): User | undefined {
    return this.#users.get(id);
  }

  /** Revokes every token that the user has by now. */
  revokeTokens(id: string): void {
    this.#revokedAt.set(id, Date.now() / 1000);
  }

  /** @param issuedAt In seconds since the epoch. */
  isRevoked(id: string, issuedAt: number): boolean {
    return issuedAt <= (this.#revokedAt.get(id) ?? -Infinity);
  }
}
