import { InvalidCredential } from '../../core/auth-error.js';
import { ownProperty } from '../../core/own-property.js';

/** The part of a protected header that says which key made the signature. */
export interface JwtHeader {
  readonly alg: string;
  readonly kid: string | undefined;
}

/** The part of a protected header that takes part in the verification; all else in it is ignored. */
export interface CheckedHeader extends JwtHeader {
  /** In lower case, without `application/`. */
  readonly typ: string | undefined;
}

// RFC 7519 section 5.1 and RFC 9068 section 2.1.
const ACCESS_TOKEN_TYPES = new Set(['jwt', 'at+jwt']);

/** Printable ASCII, and not too much of it. */
const KID = /^[\x20-\x7e]{1,256}$/;

/**
 * Checks a protected header before any key is looked for.
 *
 * `jku`, `jwk`, `x5u` and `x5c` are never read: a token does not choose the key that verifies it
 * (RFC 8725 section 3.10).
 *
 * @throws {InvalidCredential}
 */
export function checkHeader(
  header: Readonly<Record<string, unknown>>,
  algorithms: ReadonlySet<string>,
): CheckedHeader {
  const alg = checkAlgorithm(ownProperty(header, 'alg'), algorithms);
  const typ = checkType(ownProperty(header, 'typ'));
  if (ownProperty(header, 'crit') !== undefined) throw new InvalidCredential('crit_not_supported');
  return { alg, kid: checkKid(ownProperty(header, 'kid')), typ };
}

/** @throws {InvalidCredential} Unless the algorithm is one of those accepted (RFC 8725 section 3.1). */
export function checkAlgorithm(alg: unknown, accepted: ReadonlySet<string>): string {
  if (typeof alg === 'string' && accepted.has(alg)) return alg;
  const detail = `any of ${[...accepted].join(', ')}`;
  throw new InvalidCredential('alg_not_allowed', { detail });
}

/** @throws {InvalidCredential} Unless the token says that it is an access token (RFC 9068 section 4). */
export function checkProfile({ typ }: CheckedHeader, profile: 'rfc9068' | undefined): void {
  if (profile === undefined || typ === 'at+jwt') return;
  throw new InvalidCredential('typ_mismatch', { detail: 'at+jwt' });
}

/** A token of another purpose (`logout+jwt`, `dpop+jwt`, …) is no access token (RFC 8725 section 3.11). */
function checkType(typ: unknown): string | undefined {
  if (typ === undefined) return;
  if (typeof typ !== 'string') throw new InvalidCredential('typ_mismatch');
  const type = typ.toLowerCase().replace(/^application\//, '');
  if (!ACCESS_TOKEN_TYPES.has(type)) throw new InvalidCredential('typ_mismatch');
  return type;
}

function checkKid(kid: unknown): string | undefined {
  if (kid === undefined) return;
  if (typeof kid === 'string' && KID.test(kid)) return kid;
  throw new InvalidCredential('no_matching_key');
}
