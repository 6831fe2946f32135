import { randomBytes } from 'node:crypto';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Identity } from '../identity.js';
import type { PasswordHasher } from './password-hasher.js';
import type { UserPassword } from './user-password.js';

/** Whether a user name and a password belong together, and whom they stand for. */
export type PasswordCheck = (
  presented: UserPassword,
) => MaybePromise<Identity | null | undefined | false>;

/** A user, and the hash of the user's password. */
export interface PasswordIdentity extends Identity {
  readonly passwordHash: string;
}

/** Where users are kept, and how their passwords were hashed. */
export interface HashedPasswords {
  readonly find: (username: string) => MaybePromise<PasswordIdentity | null | undefined>;
  readonly hasher: PasswordHasher;
}

/**
 * Checks passwords against hashes. For a user that nobody knows the same work is done, so that the time
 * does not tell who has an account.
 */
export function checkHashes({ find, hasher }: HashedPasswords): PasswordCheck {
  let decoy: Promise<string> | undefined;
  return async ({ username, password }) => {
    // Before anybody is looked up, and for everybody: only the first caller waits for it.
    decoy ??= hasher.hash(randomBytes(32).toString('base64url'));
    const hashOfNobody = await decoy.catch((failure: unknown) => {
      decoy = undefined;
      throw failure;
    });
    const user = await find(username);
    const isRight: unknown = await hasher.verify(user?.passwordHash ?? hashOfNobody, password);
    return user && isRight === true ? user : undefined;
  };
}
