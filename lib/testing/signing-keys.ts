import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type CryptoKey, type JSONWebKeySet, type JWK } from 'jose';

/** A key pair of an issuer. */
interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** The keys of an issuer: one to sign with for each algorithm, and all that it publishes. */
export class SigningKeys {
  #current: readonly SigningKey[];
  #published: readonly SigningKey[];

  private constructor(keys: readonly SigningKey[]) {
    this.#current = keys;
    this.#published = keys;
  }

  static async generate(algorithms: readonly string[]): Promise<SigningKeys> {
    return new SigningKeys(await Promise.all(algorithms.map(generateKey)));
  }

  /** @throws {RangeError} When there is no key for the algorithm. */
  current(algorithm = this.#current[0]?.alg): SigningKey {
    const key = this.#current.find(({ alg }) => alg === algorithm);
    if (!key) throw new RangeError(`The issuer has no key for ${String(algorithm)}`);
    return key;
  }

  async rotate(withdraw: boolean): Promise<void> {
    const keys = await Promise.all(this.#current.map(({ alg }) => generateKey(alg)));
    this.#published = withdraw ? keys : [...keys, ...this.#published];
    this.#current = keys;
  }

  published(): JSONWebKeySet {
    return { keys: this.#published.map(({ publicJwk }) => publicJwk) };
  }
}

async function generateKey(alg: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const kid = randomUUID();
  return {
    alg,
    kid,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' },
  };
}
