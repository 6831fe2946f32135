import { assertObject } from '../../core/assert-object.js';
import { assertClock, type Clock } from '../../core/clock.js';
import type { Concealed } from '../../core/concealed.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { ownMembers } from '../../core/own-property.js';
import { refuseUnknown } from '../../core/refuse-unknown.js';
import { oneLine } from '../../observability/caller-facts.js';
import type { ApiKeyEvent, CredentialCreatedEvent } from '../../observability/credential-event.js';
import { Subscribers } from '../../observability/subscribers.js';
import { assertStore, type StoreNeeds } from '../../stores/assert-store.js';
import type { ApiKeyRecord, ApiKeyStore } from '../../stores/api-key-store.js';
import { expiryOf } from '../identity.js';
import { assertPepperGiven, concealPepper } from './digest-api-key.js';
import { assertApiKeyPrefix, generateApiKey, type ApiKeyForm } from './generate-api-key.js';
import { IssuedApiKey } from './issued-api-key.js';
import { checkAttributes, endOf, type ApiKeyEnd, type NewApiKey } from './new-api-key.js';

/** What keys look like, and where they are kept. */
export interface ApiKeysSettings extends ApiKeyForm {
  readonly store: ApiKeyStore;
  /** @default Date.now */
  readonly clock?: Clock | undefined;
}

/** How one key takes the place of another. */
export interface ApiKeyRotation extends ApiKeyEnd {
  /**
   * When the successor ends.
   *
   * @default when the key ends that it succeeds; `null`: never
   */
  readonly expiresAt?: Date | number | null | undefined;
  /** For how long the old key still holds, in seconds; 0: it ends at once. */
  readonly overlapSeconds: number;
}

const NOT_ROTATED = 'There is no API key of that id that could be rotated';

const NEEDS: StoreNeeds = {
  methods: ['find', 'insert', 'update'],
  cure: 'Give an object with the methods of an ApiKeyStore: new RedisApiKeyStore(client) of nestjs-portcullis/redis, or, for tests, new MemoryApiKeyStore().',
};

/**
 * Makes, rotates and revokes API keys. What it does not do is decide who may: that is for the handler
 * that calls it.
 *
 * @example
 *   const keys = new ApiKeys({ prefix: 'acme_live', store });
 *   const { key } = await keys.create({ subject: 'billing-export', scopes: ['invoices:read'] });
 *
 * @publicApi
 */
export class ApiKeys {
  /** What keys begin with. */
  readonly prefix: string;
  /** What digests are keyed with, if anything. */
  readonly pepper: Concealed<Uint8Array> | undefined;
  readonly #store: ApiKeyStore;
  readonly #clock: Clock;
  readonly #subscribers = new Subscribers<ApiKeyEvent>();

  /** @throws {AuthConfigurationError} When the prefix, the pepper, the store or the clock is none, or an option is none. */
  constructor(settings: ApiKeysSettings) {
    assertObject('ApiKeys', settings);
    refuseUnknown('ApiKeys', settings, ['prefix', 'pepper', 'store', 'clock']);
    const { prefix, pepper, store, clock = Date.now } = ownMembers(settings);
    assertPepperGiven(settings, 'ApiKeys.pepper');
    assertApiKeyPrefix(prefix, 'ApiKeys.prefix');
    assertStore('ApiKeys.store', store, NEEDS);
    assertClock('ApiKeys.clock', clock);
    this.prefix = prefix;
    this.pepper = concealPepper(pepper, 'ApiKeys.pepper');
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Makes a key. It is in the answer, and nowhere else.
   *
   * @throws {TypeError} When something that is said of it is not what it should be.
   * @throws {RangeError} When it would end before it begins.
   */
  async create(attributes: NewApiKey): Promise<IssuedApiKey> {
    const issued = await this.#issue(attributes);
    const { id } = issued.record;
    this.#subscribers.tell({ type: 'credential.created', id, ...factsOf(issued.record) });
    return issued;
  }

  async #issue(attributes: NewApiKey): Promise<IssuedApiKey> {
    const now = this.#clock();
    const checked = checkAttributes(attributes);
    const expiresAt = endOf(attributes, now);
    const { key, id, hash } = generateApiKey({ prefix: this.prefix, pepper: this.pepper });
    const createdAt = new Date(now);
    const record = Object.freeze({ ...checked, id, hash, createdAt, expiresAt });
    await this.#store.insert(record);
    return new IssuedApiKey(key, record);
  }

  /**
   * Makes a successor with the same attributes, and lets the old key end after a time: never later
   * than it would have ended anyway.
   *
   * What comes of it is another key: whoever revokes the old one later has to revoke it, too.
   *
   * @throws {RangeError} When there is no such key, or it no longer holds, or a time is none.
   */
  async rotate(id: string, { overlapSeconds, ...end }: ApiKeyRotation): Promise<IssuedApiKey> {
    const now = this.#clock();
    const oldEnd = overlapEnd(overlapSeconds, now);
    const old = await this.#store.find(id);
    if (!isHolding(old, id, now)) throw new RangeError(NOT_ROTATED);
    const successor = await this.#issue({ ...old, ...successorEnd(old, end) });
    await this.#retire(old, oldEnd, successor);
    const { id: successorId } = successor.record;
    const facts = { id: oneLine(id), successorId, ...factsOf(successor.record) };
    this.#subscribers.tell({ type: 'credential.rotated', ...facts });
    return successor;
  }

  /**
   * Ends a key at once.
   *
   * @returns Whether there is such a key.
   */
  async revoke(id: string): Promise<boolean> {
    const isThere = await this.#end(id);
    if (isThere) this.#subscribers.tell({ type: 'credential.revoked', id: oneLine(id) });
    return isThere;
  }

  /**
   * Tells when a key was made, rotated or revoked here. `AuthModule` does so by itself for the keys that its
   * options name: `onEvent` is told, and who did it.
   *
   * @param listener What it throws is ignored.
   * @returns Ends the subscription.
   */
  subscribe(listener: (event: ApiKeyEvent) => void | Promise<void>): () => void {
    return this.#subscribers.add(listener);
  }

  async #end(id: string): Promise<boolean> {
    return this.#store.update(id, { revokedAt: new Date(this.#clock()) });
  }

  /** The record of a key, as the store has it. */
  find(id: string): MaybePromise<ApiKeyRecord | null | undefined> {
    return this.#store.find(id);
  }

  /** Writes down that a key was used. */
  markUsed(id: string, usedAt: Date): MaybePromise<boolean> {
    return this.#store.update(id, { lastUsedAt: usedAt });
  }

  /** A successor that nobody was given must not stay, and neither may that of a key revoked meanwhile. */
  async #retire(old: ApiKeyRecord, end: Date, { record }: IssuedApiKey): Promise<void> {
    try {
      if (end.getTime() / 1000 < expiryOf(old)) {
        await this.#store.update(old.id, { expiresAt: end });
      }
      const now = await this.#store.find(old.id);
      if (isRevoked(now)) throw new RangeError(NOT_ROTATED);
    } catch (failure) {
      // Nobody was given the key, so this only tidies up.
      await this.#end(record.id).catch(() => false);
      throw failure;
    }
  }
}

function factsOf(
  record: ApiKeyRecord,
): Pick<CredentialCreatedEvent, 'subject' | 'organizationId' | 'expiresAt'> {
  const [organizationId, expiresAt] = [record.organizationId ?? undefined, expiryOf(record)];
  return {
    subject: oneLine(record.subject),
    organizationId: organizationId === undefined ? undefined : oneLine(organizationId),
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : undefined,
  };
}

function overlapEnd(overlapSeconds: unknown, now: number): Date {
  const seconds = typeof overlapSeconds === 'number' ? overlapSeconds : Number.NaN;
  const end = new Date(now + seconds * 1000);
  if (end.getTime() >= now) return end;
  throw new RangeError('overlapSeconds is a number of seconds, at least 0');
}

/** The successor ends when the old key would have, unless something else is said. */
function successorEnd(old: ApiKeyRecord, { expiresAt, expiresInSeconds }: ApiKeyEnd): ApiKeyEnd {
  const isSaid = expiresAt !== undefined || expiresInSeconds !== undefined;
  return isSaid ? { expiresAt, expiresInSeconds } : { expiresAt: old.expiresAt };
}

function isHolding(
  record: ApiKeyRecord | null | undefined,
  id: string,
  now: number,
): record is ApiKeyRecord {
  return !isRevoked(record) && record?.id === id && now / 1000 < expiryOf(record);
}

/** What is not there any more is as good as revoked. */
function isRevoked(record: ApiKeyRecord | null | undefined): boolean {
  return !record || (record.revokedAt !== undefined && record.revokedAt !== null);
}
