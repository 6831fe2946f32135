import { isUtf8 } from 'node:buffer';

/** What a client presents by the Basic scheme. */
export interface UserPassword {
  readonly username: string;
  readonly password: string;
}

/** Longer ones are refused unread: hashing takes a password's length, and everybody may send one. */
const MAX_LENGTH = 1024;

const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

const hasControl = (text: string): boolean => /\p{Cc}/u.test(text);

/**
 * Reads `user:password` in Base64 and UTF-8 (RFC 7617 section 2): the first colon separates.
 *
 * @returns `undefined` when it is none, or either part is empty.
 */
export function parseUserPassword(text: string): UserPassword | undefined {
  if (text.length > MAX_LENGTH || !BASE64.test(text)) return;
  const octets = Buffer.from(text, 'base64');
  if (!isUtf8(octets) || octets.toString('base64') !== text) return;
  const pair = octets.toString('utf8');
  const colon = pair.indexOf(':');
  const [username, password] = [pair.slice(0, Math.max(colon, 0)), pair.slice(colon + 1)];
  if (username === '' || password === '' || hasControl(pair)) return;
  return { username, password };
}
