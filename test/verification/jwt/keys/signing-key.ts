import { randomUUID } from 'node:crypto';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
} from 'jose';
import { AUDIENCE, type FaultyIssuer } from './faulty-issuer.js';

/** How a token differs from the usual one. */
export interface TokenDifference {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** The time it is made, in milliseconds since the epoch. Default: now. */
  readonly now?: number;
}

/** A key of an issuer, known or not, published or not: a test may sign with any. */
export class SigningKey {
  private constructor(
    readonly alg: string,
    /** As it is published. */
    readonly jwk: JWK,
    /** As it must never be. */
    readonly privateJwk: JWK,
    private readonly privateKey: CryptoKey,
  ) {}

  static async generate(alg = 'ES256', kid: string = randomUUID()): Promise<SigningKey> {
    const pair = await generateKeyPair(alg, { extractable: true });
    const named = { kid, alg, use: 'sig' };
    const jwk = { ...(await exportJWK(pair.publicKey)), ...named };
    const privateJwk = { ...(await exportJWK(pair.privateKey)), ...named };
    return new SigningKey(alg, jwk, privateJwk, pair.privateKey);
  }

  /** Signs a token that lacks nothing, unless it is to differ. It outlasts every outage of a test. */
  async token(issuer: FaultyIssuer, difference: TokenDifference = {}): Promise<string> {
    const { claims, header, now } = difference;
    const { alg } = this;
    return new SignJWT({ ...usualClaims(issuer, now), ...claims })
      .setProtectedHeader({ alg, kid: this.jwk.kid, ...header } as JWTHeaderParameters)
      .sign(this.privateKey);
  }
}

/** The claims of a token that lacks nothing, valid for a day. */
export function usualClaims({ origin }: FaultyIssuer, now = Date.now()): Record<string, unknown> {
  const iat = Math.floor(now / 1000);
  return { iss: origin, aud: AUDIENCE, sub: 'ann', iat, exp: iat + 86_400, jti: randomUUID() };
}
