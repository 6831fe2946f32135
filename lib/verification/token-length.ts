import { InvalidCredential } from '../core/auth-error.js';

/** Longer tokens are refused unread, in characters. */
export const MAX_TOKEN_LENGTH = 8192;

/** @throws {InvalidCredential} When a token is longer than any that is read. */
export function assertLength(token: string): void {
  if (token.length > MAX_TOKEN_LENGTH) throw new InvalidCredential('token_too_large');
}
