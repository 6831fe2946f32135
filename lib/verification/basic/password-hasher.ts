/**
 * Hashes passwords, slowly, by an algorithm made for them: Argon2id, scrypt.
 *
 * @see RFC 9106
 */
export interface PasswordHasher {
  /** A hash that says how it was made, salt included. */
  hash(password: string): Promise<string>;

  /** Whether a password is the one that was hashed. It compares in constant time. */
  verify(hash: string, password: string): Promise<boolean>;
}
