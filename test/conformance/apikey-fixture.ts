import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import {
  Accepts,
  apiKey,
  ApiKeys,
  CurrentPrincipal,
  MemoryApiKeyStore,
  Scopes,
  type ApiKeyChange,
  type ApiKeyRecord,
  type ApiKeyStore,
  type MaybePromise,
  type Principal,
} from '../../lib/index.js';
import type { Adapter } from '../e2e/http/application.js';
import { startFixture, type Fixture } from './fixture.js';
import { request } from './requests.js';

/** Longer than 20 characters: whoever looked no further would take every key for the same. */
export const PREFIX = 'portcullis_conformance';

/** What is compared when a store finds something else than it should. */
type Find = (id: string) => MaybePromise<ApiKeyRecord | null | undefined>;

/** Keeps keys in memory, and finds what a test says. */
class AdversarialStore implements ApiKeyStore {
  readonly #kept = new MemoryApiKeyStore();
  /** How often it was asked for a record. */
  asked = 0;
  /** Answers in its place. */
  instead: Find | undefined;

  find(id: string): MaybePromise<ApiKeyRecord | null | undefined> {
    this.asked += 1;
    return this.instead ? this.instead(id) : this.#kept.find(id);
  }

  kept(id: string): MaybePromise<ApiKeyRecord | null | undefined> {
    return this.#kept.find(id);
  }

  insert(record: ApiKeyRecord): void {
    this.#kept.insert(record);
  }

  update(id: string, change: ApiKeyChange): MaybePromise<boolean> {
    return this.#kept.update(id, change);
  }
}

/** How often a handler ran. */
let handled = 0;
export const handledKeys = (): number => handled;

@Controller('key')
class KeyApi {
  @Accepts('apiKey')
  @Get()
  key(@CurrentPrincipal() { subject, kind }: Principal): object {
    handled += 1;
    return { sub: subject, kind };
  }

  @Accepts('apiKey')
  @Scopes('orders:write')
  @HttpCode(200)
  @Post()
  write(@CurrentPrincipal() { subject, kind }: Principal): object {
    handled += 1;
    return { sub: subject, kind };
  }
}

/** The application of the catalogue with API keys. */
export interface KeyFixture extends Fixture {
  readonly store: AdversarialStore;
  readonly keys: ApiKeys;
}

/** How long the store is waited for, in seconds. */
const STORE_PATIENCE = 0.3;

export async function startKeyFixture(adapter: Adapter): Promise<KeyFixture> {
  const store = new AdversarialStore();
  const clock = { of: Date.now };
  const keys = new ApiKeys({ prefix: PREFIX, store, clock: () => clock.of() });
  const fixture = await startFixture(adapter, {
    controllers: [KeyApi],
    auth: { credentials: [apiKey({ keys, timeoutSeconds: STORE_PATIENCE })] },
  });
  clock.of = () => fixture.now * 1000;
  return Object.assign(fixture, { store, keys });
}

/** A key of a chosen id and secret, with the checksum that makes it well formed. */
export function craftKey(id: string, secret: string): string {
  const unchecked = `${PREFIX}_${id}_${secret}`;
  return unchecked + crc32(unchecked).toString(16).padStart(8, '0');
}

/** What a store keeps of a crafted key. */
export const recordOf = (id: string, key: string): ApiKeyRecord => ({
  id,
  hash: createHash('sha256').update(key).digest('hex'),
  subject: `holder of ${id}`,
});

/** A request with a key. */
export const keyed = (key: string, target = 'GET /key'): string =>
  request(target, [
    `X-API-Key: ${key}`,
    ...(target.startsWith('POST') ? ['Content-Length: 0'] : []),
  ]);
