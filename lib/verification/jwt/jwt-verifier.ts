import { compactVerify, errors } from 'jose';
import { AuthError, AuthUnavailable, InvalidCredential } from '../../core/auth-error.js';
import type { Clock } from '../../core/clock.js';
import type { Credential } from '../../core/credential.js';
import { isPending, type MaybePromise } from '../../core/maybe-promise.js';
import { ownProperty } from '../../core/own-property.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { bears, type TokenMark } from '../token-mark.js';
import { checkClaims } from './claim-checks.js';
import { parseCompactJwt, type CompactJwt } from './compact-jwt.js';
import { freezeClaims } from '../freeze-claims.js';
import { checkAlgorithm, checkHeader, checkProfile, type CheckedHeader } from './header-checks.js';
import type { IssuerRegistry } from './issuer-registry.js';
import type { JwtIssuer } from './jwt-issuer.js';
import type { JwksService } from './keys/jwks-service.js';
import type { KeySet, VerificationKey } from './keys/key-set.js';
import type { VerifiedJwt } from './verified-jwt.js';

/** What verifying takes, and what the kind of credential is called. */
export interface JwtVerifierSurroundings {
  readonly jwks: JwksService;
  readonly clock: Clock;
  /** @default 'jwt' */
  readonly kind?: string;
  /**
   * What its tokens bear, by which they are told from others before they are verified.
   *
   * @default nothing: whatever looks like a JWT may be one
   */
  readonly recognizedBy?: readonly TokenMark[] | undefined;
}

const LOOKS_LIKE_JWT = /^[^.]+\.[^.]+\.[^.]*$/;

/** Verifies signed JWTs of the issuers that are accepted (RFC 7519, RFC 8725, RFC 9068 section 4). */
export class JwtVerifier implements CredentialVerifier {
  readonly #issuers: IssuerRegistry;
  readonly #jwks: JwksService;
  readonly #clock: Clock;
  readonly #kind: string;
  readonly #recognizedBy: readonly TokenMark[] | undefined;

  /** @param kind What the kind of credential is called. */
  constructor(
    issuers: IssuerRegistry,
    { jwks, clock, kind = 'jwt', recognizedBy }: JwtVerifierSurroundings,
  ) {
    this.#issuers = issuers;
    this.#jwks = jwks;
    this.#clock = clock;
    this.#kind = kind;
    this.#recognizedBy = recognizedBy;
  }

  /** Three parts, whatever is in them; where its tokens have marks, those with these marks. */
  claims({ value }: Credential): boolean {
    return LOOKS_LIKE_JWT.test(value) && (!this.#recognizedBy || this.#recognizes(value));
  }

  /** What a token says of itself is believed for as long as it takes to choose who verifies it. */
  #recognizes(value: string): boolean {
    try {
      const jwt = parseCompactJwt(value);
      const name = ownProperty(jwt.claims, 'iss');
      const isOurs = typeof name === 'string' && this.#issuers.find(name) !== undefined;
      return isOurs && (this.#recognizedBy ?? []).every((mark) => bears(jwt, mark));
    } catch (failure) {
      if (failure instanceof AuthError) return false;
      throw failure;
    }
  }

  async verify(credential: Credential): Promise<VerifiedJwt> {
    const jwt = parseCompactJwt(credential.value);
    const header = checkHeader(jwt.header, this.#issuers.algorithms);
    if (!jwt.isSigned) throw new InvalidCredential('token_malformed');
    const known = this.#issuerOf(jwt);
    const issuer = this.#accepted(isPending(known) ? await known : known);
    checkAlgorithm(header.alg, issuer.algorithms);
    checkProfile(header, issuer.profile);
    const found = this.#keysOf(issuer).candidates(header, () => this.#isPlausible(jwt, issuer));
    const keys = isPending(found) ? await found : found;
    const { thumbprint } = await verifySignature(credential.value, header, keys);
    const validity = this.#check(jwt, issuer);
    return {
      credential,
      kind: this.#kind,
      standsFor: standsForOf(jwt, issuer),
      issuer: issuer.issuer,
      vouchedBy: issuer,
      claims: freezeClaims(jwt.claims),
      expiresAt: validity.expiresAt,
      validity,
      thumbprint,
    };
  }

  /** Whether what was verified before would be again, its dates aside: by this configuration and this key. */
  vouchesFor({ vouchedBy, thumbprint }: VerifiedJwt): boolean {
    if (!this.#issuers.isCurrent(vouchedBy)) return false;
    return this.#jwks.keySetOf(vouchedBy)?.vouchesFor(thumbprint) ?? false;
  }

  /** The issuer is looked up, never derived: nothing a token says decides where keys come from. */
  #issuerOf({ claims }: CompactJwt): MaybePromise<JwtIssuer | undefined> {
    const name = ownProperty(claims, 'iss');
    if (name === undefined) throw new InvalidCredential('missing_claim', { detail: 'iss' });
    return typeof name === 'string' ? this.#issuers.find(name) : undefined;
  }

  #accepted(issuer: JwtIssuer | undefined): JwtIssuer {
    if (issuer) return issuer;
    throw new InvalidCredential('unknown_issuer', { detail: this.#issuers.inWords });
  }

  /** Of an issuer that was forgotten a moment ago there are none, and the next token asks anew. */
  #keysOf(issuer: JwtIssuer): KeySet {
    const keySet = this.#jwks.keySetOf(issuer);
    if (keySet) return keySet;
    throw new AuthUnavailable('issuer_unavailable', { retryAfterSeconds: 1 });
  }

  #check(jwt: CompactJwt, issuer: JwtIssuer): VerifiedJwt['validity'] {
    return checkClaims(jwt, issuer, this.#clock() / 1000);
  }

  /** Whether the token would be accepted if only its signature were good. */
  #isPlausible(jwt: CompactJwt, issuer: JwtIssuer): boolean {
    try {
      this.#check(jwt, issuer);
      return true;
    } catch (failure) {
      if (failure instanceof AuthError) return false;
      throw failure;
    }
  }
}

/**
 * A client that acts for itself is its own subject, or has none (RFC 9068 section 2.2); some issuers mark
 * its tokens in a way of their own.
 */
function standsForOf(jwt: CompactJwt, issuer: JwtIssuer): 'service' | 'user' {
  if (issuer.serviceUse.some((mark) => bears(jwt, mark))) return 'service';
  const client = issuer.clientClaims
    .map((name) => ownProperty(jwt.claims, name))
    .find((name) => name !== undefined);
  const subject = ownProperty(jwt.claims, 'sub') ?? client;
  return subject !== undefined && subject === client ? 'service' : 'user';
}

async function verifySignature(
  token: string,
  header: CheckedHeader,
  keys: readonly VerificationKey[],
): Promise<VerificationKey> {
  if (keys.length === 0) throw new InvalidCredential('no_matching_key');
  const failures: unknown[] = [];
  for (const each of keys) {
    try {
      await compactVerify(token, each.key, strictly(header.alg));
      return each;
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
