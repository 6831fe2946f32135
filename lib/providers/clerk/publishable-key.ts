import { createHash } from 'node:crypto';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';

const FORM = /^pk_(?:test|live)_([A-Za-z0-9+/]+)={0,2}$/;

/** Labels of letters, digits and hyphens, at least two (RFC 1123 section 2.1); of a port, nothing is known. */
const HOST = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

/**
 * The host of the frontend API that a publishable key names.
 *
 * @throws {AuthConfigurationError} When it is no such key: who is trusted is never guessed.
 */
export function frontendApiOf(option: string, key: unknown): string {
  const text = typeof key === 'string' ? key : '';
  const encoded = FORM.exec(text)?.[1] ?? '';
  const octets = Buffer.from(encoded, 'base64');
  // One host has one key: what another decoder would read otherwise is none.
  const isCanonical = octets.toString('base64').replace(/=+$/, '') === encoded;
  const decoded = octets.toString('latin1');
  const host = decoded.slice(0, -1);
  if (isCanonical && decoded.endsWith('$') && isHost(host)) return host;
  throw new AuthConfigurationError(
    option,
    text.startsWith('sk_') ? 'is a secret key' : 'is no publishable key',
    'Copy it from the API keys of your instance: pk_live_… or pk_test_…, whole.',
  );
}

export function isHost(text: string): boolean {
  return HOST.test(text);
}

/** The cookies of the session: that of the instance before the one that instances on one domain share. */
export function sessionCookies(publishableKey: string | undefined): readonly string[] {
  if (publishableKey === undefined) return ['__session'];
  const digest = createHash('sha1').update(publishableKey).digest('base64url');
  return [`__session_${digest.slice(0, 8)}`, '__session'];
}
