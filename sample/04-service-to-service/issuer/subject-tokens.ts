import { jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { errors } from 'oidc-provider';
import type { Users } from './users.js';

/** What a token to be exchanged says. */
export interface Subject {
  readonly id: string;
  /** In seconds since the epoch. */
  readonly expiresAt: number;
  /** Who acts as the subject already (RFC 8693 section 4.1). */
  readonly act: unknown;
}

/** Verifies tokens that are to be exchanged: only our own, only of users, and only those that still hold. */
export class SubjectTokens {
  constructor(
    private readonly issuer: string,
    private readonly key: CryptoKey,
    private readonly users: Users,
  ) {}

  /**
   * @param audience The API that wants to exchange it, which it must be meant for: a token for somebody
   *   else has come into wrong hands.
   * @throws {InvalidRequest} RFC 8693 section 2.2.2
   */
  async verify(token: string, audience: string): Promise<Subject> {
    const { sub: id, exp: expiresAt, iat, act } = await this.#payload(token, audience);
    // jwtVerify saw to it that they are there.
    if (id === undefined || expiresAt === undefined || iat === undefined) throw invalid();
    if (!this.users.find(id) || this.users.isRevoked(id, iat)) throw invalid();
    return { id, expiresAt, act };
  }

  async #payload(token: string, audience: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        issuer: this.issuer,
        audience,
        typ: 'at+jwt',
        algorithms: ['RS256'],
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      return payload;
    } catch {
      throw invalid();
    }
  }
}

/** Which check failed is nobody's business but ours. */
function invalid(): Error {
  return new errors.InvalidRequest('subject_token is invalid');
}
