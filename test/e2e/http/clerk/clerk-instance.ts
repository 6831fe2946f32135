import { createSign, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { clerk, type ClerkOptions, type IdentityProvider } from '../../../../lib/index.js';

type Members = Readonly<Record<string, unknown>>;

const HOST = 'clerk.example.com';

/** The origin whose pages the sessions are of. */
export const APP = 'https://app.example.com';

/** The publishable key of an instance whose frontend API is at a host. */
export function publishableKeyOf(host: string, mode = 'live'): string {
  return `pk_${mode}_${Buffer.from(`${host}$`).toString('base64').replace(/=+$/, '')}`;
}

/** A Clerk instance as its tokens show it: one key signs whatever it makes. */
export class ClerkInstance {
  readonly issuer = `https://${HOST}`;
  readonly publishableKey = publishableKeyOf(HOST);
  /** The public key, in PEM. */
  readonly jwtKey: string;
  readonly #key: KeyObject;

  constructor(bits = 2048) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    this.jwtKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    this.#key = privateKey;
  }

  /** The preset, without a network. */
  provider(more: Partial<ClerkOptions> = {}): IdentityProvider {
    const { publishableKey, jwtKey } = this;
    const usual = { authorizedParties: [APP], oauthClients: ['oa_client'] };
    return clerk({ publishableKey, jwtKey, ...usual, ...more });
  }

  /** The token of a session; what is `undefined` is left out. */
  session(claims: Members = {}, header: Members = {}): string {
    return this.sign(
      { sub: 'user_ann', sid: 'sess_1', azp: APP, v: 2, ...this.#usual(), ...claims },
      header,
    );
  }

  m2m(claims: Members = {}, header: Members = {}): string {
    const own = { sub: 'mch_worker', aud: ['mch_api'], scopes: 'mch_api', ...this.#usual() };
    return this.sign({ ...own, ...claims }, { cat: 'cl_B7d4PD333AAA', ...header });
  }

  oauth(claims: Members = {}, header: Members = {}): string {
    const own = { sub: 'user_ann', client_id: 'oa_client', scope: 'profile email' };
    return this.sign({ ...own, ...this.#usual(), ...claims }, { typ: 'at+jwt', ...header });
  }

  sign(claims: Members, header: Members = {}): string {
    const head = { alg: 'RS256', kid: 'ins_1', typ: 'JWT', ...header };
    const signed = `${encoded(head)}.${encoded(claims)}`;
    const hash = `RSA-SHA${head.alg.slice(2)}`;
    return `${signed}.${createSign(hash).update(signed).sign(this.#key).toString('base64url')}`;
  }

  #usual(): Members {
    const now = Math.floor(Date.now() / 1000);
    return { iss: this.issuer, iat: now, nbf: now - 10, exp: now + 60, jti: randomUUID() };
  }
}

export function encoded(members: Members): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url');
}
