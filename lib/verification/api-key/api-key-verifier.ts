import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  AuthError,
  AuthUnavailable,
  InvalidCredential,
  type AuthErrorOptions,
  type InvalidCredentialReason,
} from '../../core/auth-error.js';
import type { Clock } from '../../core/clock.js';
import type { Concealed } from '../../core/concealed.js';
import type { Credential } from '../../core/credential.js';
import { isPending, whenReady, type MaybePromise } from '../../core/maybe-promise.js';
import { ownMembers, ownProperty } from '../../core/own-property.js';
import type { ApiKeyRecord } from '../../stores/api-key-store.js';
import type { CredentialVerifier } from '../credential-verifier.js';
import { expiryOf, expiryProblem, verifiedIdentity } from '../identity.js';
import { lookUp } from '../../core/look-up.js';
import { concealPepper, digestApiKey, type Pepper } from './digest-api-key.js';
import { assertApiKeyPrefix, parseApiKey } from './generate-api-key.js';
import type { LastUse } from './last-use.js';
import type { VerifiedApiKey } from './verified-api-key.js';

/** What verifying API keys takes. */
export interface ApiKeyVerifierSettings {
  /** What the kind of credential is called: `apiKey`. */
  readonly kind: string;
  /** What keys begin with, without the `_` that follows. */
  readonly prefix: string;
  /** What the hashes of the records were keyed with, where they were. */
  readonly pepper?: Pepper | undefined;
  /** Looks up a record by the id of its key. What is no object says that there is none. */
  readonly find: (id: string) => MaybePromise<ApiKeyRecord | null | undefined | false>;
  readonly clock: Clock;
  /** What is asked, for the log: an option, by its path. */
  readonly asked: string;
  /** How long a look-up may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How a client is told to present a key (RFC 9110 section 11.1). */
  readonly scheme: NonNullable<AuthErrorOptions['schemes']>[number];
  /** Notes that a key was used: only those that are good. */
  readonly lastUse?: Pick<LastUse, 'note'> | undefined;
}

/** A key as it was presented. */
interface Presented {
  readonly credential: Credential;
  readonly id: string;
}

const DIGEST = /^[0-9a-f]{64}$/;

/** What a key is compared with when nobody knows it. */
const NOBODY = Object.freeze({ id: '', hash: randomBytes(32).toString('hex'), subject: '' });

/**
 * Verifies API keys: finds the record by the id in the key, and compares digests of the whole key.
 *
 * For an id that nobody knows the same work is done as for a wrong secret, and whether a key was
 * revoked or has expired is only looked at when its digest is right.
 */
export class ApiKeyVerifier implements CredentialVerifier {
  readonly #settings: ApiKeyVerifierSettings;
  readonly #pepper: Concealed<Uint8Array> | undefined;
  readonly #beginning: string;

  /** @throws {AuthConfigurationError} When the prefix or the pepper is none. */
  constructor(settings: ApiKeyVerifierSettings) {
    assertApiKeyPrefix(settings.prefix);
    this.#settings = settings;
    this.#pepper = concealPepper(settings.pepper);
    this.#beginning = `${settings.prefix}_`;
  }

  /** What begins as keys do, whatever follows. */
  claims({ value }: Credential): boolean {
    return value.startsWith(this.#beginning);
  }

  verify(credential: Credential): MaybePromise<VerifiedApiKey> {
    const parsed = parseApiKey(credential.value, this.#settings.prefix);
    if (!parsed) throw this.#refused('api_key_malformed');
    const presented = { credential, id: parsed.id };
    return whenReady(this.#find(parsed.id), ({ record }) => this.#attempt(presented, record));
  }

  /**
   * The record is wrapped: whether a promise is settled with an object or with `undefined` takes
   * different times, and tells of ids that are known.
   */
  #find(id: string): MaybePromise<{ readonly record: unknown }> {
    const { find, timeoutMs, asked } = this.#settings;
    const ask = (): MaybePromise<{ readonly record: unknown }> => {
      const found = find(id);
      // What only has a `then` need not chain.
      return isPending(found)
        ? Promise.resolve(found).then((record) => ({ record }))
        : { record: found };
    };
    return lookUp(ask, { timeoutMs, asked, reason: 'store_unavailable' });
  }

  /** What a record's own code throws is no verdict on the key. */
  #attempt(presented: Presented, found: unknown): VerifiedApiKey {
    try {
      return this.#check(presented, found);
    } catch (cause) {
      if (cause instanceof AuthError) throw cause;
      const detail = this.#settings.asked;
      throw new AuthUnavailable('store_unavailable', { cause, detail, retryAfterSeconds: 1 });
    }
  }

  #check(presented: Presented, found: unknown): VerifiedApiKey {
    const isKnown = typeof found === 'object' && found !== null;
    const isMatch = this.#matches(presented, isKnown ? found : NOBODY);
    if (!(isKnown && isMatch)) {
      throw this.#refused(isKnown ? 'api_key_mismatch' : 'api_key_unknown');
    }
    const record = found as ApiKeyRecord;
    this.#assertHolds(record);
    const verified = this.#verified(presented, record);
    this.#settings.lastUse?.note(presented.id);
    return verified;
  }

  /** Whoever finds a record says so of the id as well: the record of another key would be another's. */
  #matches({ credential, id }: Presented, record: object): boolean {
    const hash = ownProperty(record, 'hash');
    const isDigest = typeof hash === 'string' && DIGEST.test(hash);
    const expected = Buffer.from(isDigest ? hash : NOBODY.hash, 'latin1');
    const given = Buffer.from(digestApiKey(credential.value, this.#pepper), 'latin1');
    const isEqual = timingSafeEqual(given, expected);
    return isEqual && isDigest && ownProperty(record, 'id') === id;
  }

  /** What ends a key is heeded even where the prototype of a record's class says it. */
  #assertHolds({ revokedAt, expiresAt }: ApiKeyRecord): void {
    if (revokedAt !== undefined && revokedAt !== null) throw this.#refused('api_key_revoked');
    const expiry = expiryOf({ expiresAt });
    const isOver = !(this.#settings.clock() / 1000 < expiry);
    if (isOver) throw this.#refused('api_key_expired', expiryProblem({ expiresAt: expiry }));
  }

  #verified({ credential, id }: Presented, record: ApiKeyRecord): VerifiedApiKey {
    const { kind, asked } = this.#settings;
    // A record may have a `kind` of its own, which means something else.
    const identity = { ...ownMembers(record), kind: undefined, expiresAt: record.expiresAt };
    return {
      ...verifiedIdentity(identity, { credential, kind, standsFor: 'apiKey', asked }),
      keyId: id,
      allowedAddresses: allowedAddressesOf(record),
    };
  }

  #refused(reason: InvalidCredentialReason, detail?: string): InvalidCredential {
    return new InvalidCredential(reason, { detail, schemes: [this.#settings.scheme] });
  }
}

/** What is no list allows no address. */
function allowedAddressesOf({ allowedAddresses }: ApiKeyRecord): readonly string[] | undefined {
  if (allowedAddresses === undefined || allowedAddresses === null) return;
  return Object.freeze(Array.isArray(allowedAddresses) ? [...(allowedAddresses as string[])] : []);
}
