import { createLocalJWKSet, errors, type CryptoKey, type JWK } from 'jose';
import { InvalidCredential } from '../../../core/auth-error.js';
import type { JwtHeader } from '../header-checks.js';
import { MAX_CANDIDATES } from './key-set.js';

/** One generation of public keys, immutable: jose selects and imports, and keeps what it imported. */
export class LocalKeySet {
  /** How many of the keys can verify a signature at all. */
  readonly size: number;
  readonly #select: ReturnType<typeof createLocalJWKSet>;

  /** @param published What is not meant for us is left out: a set may hold anything. */
  constructor(published: readonly unknown[]) {
    const keys = published.filter(isVerificationKey);
    this.size = keys.length;
    this.#select = createLocalJWKSet({ keys });
  }

  /** @throws {InvalidCredential} */
  async candidates({ alg, kid }: JwtHeader): Promise<readonly CryptoKey[]> {
    const header = kid === undefined ? { alg } : { alg, kid };
    try {
      return [await this.#select(header)];
    } catch (failure) {
      if (failure instanceof errors.JWKSNoMatchingKey) return [];
      if (failure instanceof errors.JWKSMultipleMatchingKeys) return first(failure);
      throw new InvalidCredential('key_rejected', { cause: failure });
    }
  }
}

async function first(keys: AsyncIterable<CryptoKey>): Promise<readonly CryptoKey[]> {
  const found: CryptoKey[] = [];
  for await (const key of keys) {
    found.push(key);
    if (found.length === MAX_CANDIDATES) break;
  }
  return found;
}

/** Published sets hold what is not meant for us: encryption keys, secrets, things that are no keys. */
function isVerificationKey(key: unknown): key is JWK {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, use } = key as JWK;
  const isPublic = typeof kty === 'string' && kty !== 'oct';
  const isSigning = use === undefined || use === 'sig';
  return isPublic && isSigning && (kty !== 'RSA' || hasSoundExponent(key));
}

/** With an exponent of 1, the padding of a hash is its signature: anybody signs (RFC 8017 section 3.1 asks for an odd one, at least 3). */
function hasSoundExponent({ e }: JWK): boolean {
  const octets = Buffer.from(typeof e === 'string' ? e : '', 'base64url');
  const exponent = BigInt(`0x0${octets.toString('hex')}`);
  return exponent >= 3n && exponent % 2n === 1n;
}
