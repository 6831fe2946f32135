import { compactVerify, errors } from 'jose';
import { InvalidCredential } from '../../core/auth-error.js';
import type { Clock } from '../../core/clock.js';
import type { Credential } from '../../core/credential.js';
import { ownProperty } from '../../core/own-property.js';
import type { VerifiedCredential } from '../../core/verified-credential.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { checkClaims } from './claim-checks.js';
import { parseCompactJwt, type CompactJwt } from './compact-jwt.js';
import { freezeClaims } from './freeze-claims.js';
import { checkAlgorithm, checkHeader, type JwtHeader } from './header-checks.js';
import type { JwtIssuer } from './jwt-issuer.js';
import type { JwksService } from './keys/jwks-service.js';
import type { VerificationKey } from './keys/key-set.js';

/** Verifies signed JWTs of the configured issuers (RFC 7519, RFC 8725, RFC 9068 section 4). */
export class JwtVerifier implements CredentialVerifier {
  readonly #issuers: ReadonlyMap<string, JwtIssuer>;
  readonly #algorithms: ReadonlySet<string>;
  readonly #jwks: JwksService;
  readonly #clock: Clock;

  constructor(issuers: readonly JwtIssuer[], jwks: JwksService, clock: Clock) {
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
    this.#algorithms = new Set(issuers.flatMap((issuer) => [...issuer.algorithms]));
    this.#jwks = jwks;
    this.#clock = clock;
  }

  claims(): boolean {
    return true;
  }

  async verify(credential: Credential): Promise<VerifiedCredential> {
    const jwt = parseCompactJwt(credential.value);
    const header = checkHeader(jwt.header, this.#algorithms);
    const issuer = this.#issuerOf(jwt);
    checkAlgorithm(header.alg, issuer.algorithms);
    const keys = await this.#jwks.find(issuer.issuer, header);
    await verifySignature(credential.value, header, keys);
    const expiresAt = checkClaims(jwt.claims, issuer, this.#clock() / 1000);
    return {
      credential,
      issuer: issuer.issuer,
      claims: freezeClaims(jwt.claims),
      expiresAt,
    };
  }

  /** The issuer is looked up, never derived: nothing a token says decides where keys come from. */
  #issuerOf({ claims }: CompactJwt): JwtIssuer {
    const name = ownProperty(claims, 'iss');
    if (name === undefined) throw new InvalidCredential('missing_claim', { detail: 'iss' });
    const issuer = typeof name === 'string' ? this.#issuers.get(name) : undefined;
    if (!issuer) {
      const detail = `any of ${[...this.#issuers.keys()].join(', ')}`;
      throw new InvalidCredential('unknown_issuer', { detail });
    }
    return issuer;
  }
}

async function verifySignature(
  token: string,
  header: JwtHeader,
  keys: readonly VerificationKey[],
): Promise<void> {
  if (keys.length === 0) throw new InvalidCredential('no_matching_key');
  const failures: unknown[] = [];
  for (const key of keys) {
    try {
      await compactVerify(token, key, strictly(header.alg));
      return;
    } catch (failure) {
      failures.push(failure);
    }
  }
  throw signatureFailure(failures);
}

/** Without a prototype, an option nobody set cannot be read from a polluted `Object.prototype`. */
function strictly(alg: string): { algorithms: string[]; crit: Record<string, never> } {
  const options = { algorithms: [alg], crit: Object.create(null) as Record<string, never> };
  return Object.assign(Object.create(null) as object, options);
}

/** A signature that does not match is the token's fault; anything else jose refuses is the key's. */
function signatureFailure(failures: readonly unknown[]): InvalidCredential {
  const bad = failures.some((failure) => failure instanceof errors.JWSSignatureVerificationFailed);
  return new InvalidCredential(bad ? 'invalid_signature' : 'key_rejected', { cause: failures[0] });
}
