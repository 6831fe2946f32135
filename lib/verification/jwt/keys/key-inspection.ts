import type { JWK } from 'jose';
import { ownProperty } from '../../../core/own-property.js';
import { algorithmsFor } from '../algorithms.js';

/** What is wrong with a key that was published as one to verify signatures with. */
export type KeyFlaw =
  'private' | 'malformed' | 'rsa_size' | 'rsa_exponent' | 'other_issuer' | 'not_importable';

/** What a member of a key set is to us. */
export type Inspection =
  | { readonly kind: 'usable'; readonly key: JWK; readonly algorithms: readonly string[] }
  /** Published for another purpose, or for algorithms that are not accepted: nothing is wrong with it. */
  | { readonly kind: 'irrelevant' }
  /** It would verify signatures, and must not. */
  | { readonly kind: 'unsound'; readonly flaw: KeyFlaw; readonly kid: string | undefined };

/** RFC 7518 section 3.3 sets the lower bound; above the upper one, a single verification is a load. */
const RSA_BITS = { min: 2048, max: 8192 };

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'];

/** All that takes part in a verification. What else a key carries (`x5c`, `ext`, …) is not handed on. */
const MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use', 'key_ops'];

/**
 * Looks at one member of a published key set (RFC 7517 section 4), own properties only.
 *
 * @param accepted The algorithms that the issuer may sign with.
 * @param issuer Whose key it has to be, where it says whose it is.
 */
export function inspectKey(
  published: unknown,
  accepted: Iterable<string>,
  issuer?: string,
): Inspection {
  if (typeof published !== 'object' || published === null) return unsound('malformed', {});
  const key = pick(published);
  if (key.kty === 'oct' || !isForSignatures(key)) return { kind: 'irrelevant' };
  if (PRIVATE_MEMBERS.some((name) => ownProperty(published, name) !== undefined)) {
    return unsound('private', key);
  }
  const algorithms = algorithmsFor(key, accepted);
  if (algorithms.length === 0 && typeof key.kty === 'string') return { kind: 'irrelevant' };
  const flaw = flawOf(key) ?? ownerFlaw(published, issuer);
  return flaw === undefined ? { kind: 'usable', key, algorithms } : unsound(flaw, key);
}

function pick(published: object): JWK {
  const members = MEMBERS.map((name) => [name, ownProperty(published, name)] as const);
  const given = Object.fromEntries(members.filter(([, value]) => value !== undefined));
  // Without a prototype, what a key does not say is not said by a polluted `Object.prototype`.
  return Object.assign(Object.create(null) as object, given);
}

function unsound(flaw: KeyFlaw, { kid }: JWK): Inspection {
  return { kind: 'unsound', flaw, kid: typeof kid === 'string' ? kid : undefined };
}

function isForSignatures({ use, key_ops: operations }: JWK): boolean {
  const verifies = operations === undefined || [operations].flat().includes('verify');
  return verifies && (use === undefined || use === 'sig');
}

function flawOf(key: JWK): KeyFlaw | undefined {
  if (!isWhole(key)) return 'malformed';
  return key.kty === 'RSA' ? rsaFlaw(key) : undefined;
}

/** What Entra ID writes for the id of any tenant. */
const ANY_TENANT = '{tenantid}';

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Entra ID says with each key whose tokens it signs, in a member of its own: those of one tenant, or of
 * any. A key that is published for all to see is not everybody's key.
 */
function ownerFlaw(published: object, issuer: string | undefined): KeyFlaw | undefined {
  const named = ownProperty(published, 'issuer');
  if (named === undefined || issuer === undefined) return;
  return typeof named === 'string' && isMeant(named, issuer) ? undefined : 'other_issuer';
}

function isMeant(named: string, issuer: string): boolean {
  const [before = '', after, ...rest] = named.split(ANY_TENANT);
  if (after === undefined || rest.length > 0) return named === issuer;
  const tenant = issuer.slice(before.length, issuer.length - after.length);
  return `${before}${tenant}${after}` === issuer && GUID.test(tenant);
}

function isWhole({ kty, kid, alg, n, e, x, y }: JWK): boolean {
  const named = [kid, alg].every((name) => name === undefined || typeof name === 'string');
  const numbers = kty === 'RSA' ? [n, e] : kty === 'EC' ? [x, y] : [x];
  return named && typeof kty === 'string' && numbers.every(isBase64url);
}

function isBase64url(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]+$/.test(value);
}

/** With an exponent of 1, the padding of a hash is its signature: anybody signs (RFC 8017 section 3.1 asks for an odd one, at least 3). */
function rsaFlaw({ n = '', e = '' }: JWK): KeyFlaw | undefined {
  const exponent = integer(e);
  if (exponent < 3n || exponent % 2n === 0n) return 'rsa_exponent';
  const bits = integer(n).toString(2).length;
  return bits < RSA_BITS.min || bits > RSA_BITS.max ? 'rsa_size' : undefined;
}

function integer(base64url: string): bigint {
  return BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`);
}
