import { createHash, createHmac } from 'node:crypto';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownProperty } from '../../core/own-property.js';
import { Concealed } from '../../core/concealed.js';

/** A secret of the application's that goes into every digest, so that whoever has the store alone cannot make records for keys. */
export type Pepper = string | Uint8Array | Concealed<Uint8Array>;

/** As long as the digest that it keys (RFC 2104 section 3). */
const MIN_PEPPER_BYTES = 32;

/**
 * A pepper as bytes, and out of sight.
 *
 * @param option Where it is configured.
 * @throws {AuthConfigurationError} When it is none, or too short.
 */
export function concealPepper(
  pepper: Pepper | undefined,
  option = 'pepper',
): Concealed<Uint8Array> | undefined {
  if (pepper === undefined || pepper instanceof Concealed) return pepper;
  const bytes = bytesOf(pepper);
  if (bytes && bytes.length >= MIN_PEPPER_BYTES) return new Concealed(bytes);
  throw new AuthConfigurationError(
    option,
    `is no secret of at least ${String(MIN_PEPPER_BYTES)} bytes`,
    'Make one with `openssl rand -base64 32`; where it comes from a variable, see that it is set.',
  );
}

/**
 * A variable that is not set must not mean that there is no pepper.
 *
 * @throws {AuthConfigurationError} When it is given as `undefined`.
 */
export function assertPepperGiven(options: object, option: string): void {
  if (!Object.hasOwn(options, 'pepper') || ownProperty(options, 'pepper') !== undefined) return;
  throw new AuthConfigurationError(
    option,
    'is undefined',
    'Set the variable that it comes from; leave the option out where there is to be no pepper.',
  );
}

/**
 * What is kept of a key: SHA-256 in lower-case hexadecimal digits; with a pepper, HMAC-SHA-256.
 *
 * A fast digest will do, because the key is made of 256 random bits: nobody can try them.
 *
 * @throws {AuthConfigurationError} When the pepper is none.
 */
export function digestApiKey(key: string, pepper?: Pepper): string {
  const secret = concealPepper(pepper)?.reveal();
  const digest = secret ? createHmac('sha256', secret) : createHash('sha256');
  return digest.update(key).digest('hex');
}

/** A copy, which nobody can change later. */
function bytesOf(pepper: unknown): Uint8Array | undefined {
  if (typeof pepper === 'string') return Buffer.from(pepper);
  return pepper instanceof Uint8Array ? Uint8Array.from(pepper) : undefined;
}
