import { createHmac, hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { Concealed } from '../core/concealed.js';
import { ownProperty } from '../core/own-property.js';
import type { OAuthClient } from '../endpoint/oauth-client.js';
import { isSendableToken } from './granted-token.js';

/** A token as instances share it. */
export interface SharedToken {
  readonly token: Concealed<string>;
  readonly scopes: readonly string[] | undefined;
  /** These two in milliseconds since the epoch. */
  readonly obtainedAt: number;
  readonly expiresAt: number;
}

/** How a token is encrypted: RFC 7518 sections 4.5 and 5.3. */
const HEADER = { alg: 'dir', enc: 'A256GCM' } as const;
const ACCEPTED = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };

/** What the keys are derived for; another form of what is stored takes another number. */
const PURPOSE = 'nestjs-portcullis service tokens 1';

/** Nothing that was sealed is longer. */
const MAX_LENGTH = 65_536;

/**
 * Encrypts tokens with a key that only those have who have the client's own credential (HKDF, RFC
 * 5869), and names them so that nobody else knows what they are for. What was sealed under one name
 * opens under no other.
 */
export class TokenSeal {
  readonly #encryption: Concealed<Uint8Array>;
  readonly #naming: Concealed<Uint8Array>;

  constructor(client: OAuthClient) {
    const derived = new Uint8Array(hkdfSync('sha256', credentialOf(client), '', PURPOSE, 64));
    this.#encryption = new Concealed(derived.subarray(0, 32));
    this.#naming = new Concealed(derived.subarray(32));
  }

  /** @param facts What a token is for: another order, or another fact, is another name. */
  nameOf(facts: readonly (string | undefined)[]): string {
    const text = JSON.stringify(facts);
    return createHmac('sha256', this.#naming.reveal()).update(text).digest('base64url');
  }

  async close(name: string, { token, ...shared }: SharedToken): Promise<string> {
    const text = JSON.stringify({ name, token: token.reveal(), ...shared });
    return new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader(HEADER)
      .encrypt(this.#encryption.reveal());
  }

  /** @returns `undefined` for what was not sealed under this name by somebody with the same credential. */
  async open(name: string, sealed: string): Promise<SharedToken | undefined> {
    if (typeof (sealed as unknown) !== 'string' || sealed.length > MAX_LENGTH) return;
    try {
      const { plaintext } = await compactDecrypt(sealed, this.#encryption.reveal(), ACCEPTED);
      return read(name, JSON.parse(new TextDecoder().decode(plaintext)) as object);
    } catch {
      return;
    }
  }
}

function credentialOf(client: OAuthClient): string | Buffer {
  if (client.method !== 'private_key_jwt') return client.secret.reveal();
  return client.key.reveal().export({ type: 'pkcs8', format: 'der' });
}

function read(name: string, opened: object): SharedToken | undefined {
  const [token, scopes, obtainedAt, expiresAt] = [
    ...['token', 'scopes', 'obtainedAt', 'expiresAt'],
  ].map((member) => ownProperty(opened, member));
  if (ownProperty(opened, 'name') !== name || !isSendableToken(token)) return;
  if (typeof obtainedAt !== 'number' || typeof expiresAt !== 'number') return;
  return {
    token: new Concealed(token),
    scopes: Array.isArray(scopes) ? scopes.filter((each) => typeof each === 'string') : undefined,
    obtainedAt,
    expiresAt,
  };
}
