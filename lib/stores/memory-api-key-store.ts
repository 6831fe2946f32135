import type { ApiKeyChange, ApiKeyRecord, ApiKeyStore } from './api-key-store.js';

const DATES = ['createdAt', 'expiresAt', 'revokedAt', 'lastUsedAt'] as const;
const CHANGEABLE = ['expiresAt', 'revokedAt', 'lastUsedAt'] as const;
const LISTS = ['roles', 'permissions', 'scopes', 'allowedAddresses'] as const;

/**
 * Keeps API keys in the memory of the process: for tests, and for trying things out.
 *
 * It keeps frozen copies, with dates in seconds since the epoch, so that nobody changes a record from
 * outside.
 */
export class MemoryApiKeyStore implements ApiKeyStore {
  readonly #records = new Map<string, ApiKeyRecord>();

  find(id: string): ApiKeyRecord | undefined {
    return this.#records.get(id);
  }

  insert(record: ApiKeyRecord): void {
    if (this.#records.has(record.id)) throw new Error('There is an API key of that id already');
    this.#records.set(record.id, copyOf(record));
  }

  update(id: string, change: ApiKeyChange): boolean {
    const record = this.#records.get(id);
    if (!record) return false;
    const named = CHANGEABLE.filter((name) => change[name] !== undefined);
    const changes = Object.fromEntries(named.map((name) => [name, change[name]]));
    this.#records.set(id, copyOf({ ...record, ...changes }));
    return true;
  }
}

function copyOf(record: ApiKeyRecord): ApiKeyRecord {
  const copy: Record<string, unknown> = { ...record };
  for (const name of DATES) if (copy[name] instanceof Date) copy[name] = secondsOf(copy[name]);
  for (const name of LISTS)
    if (Array.isArray(copy[name])) copy[name] = Object.freeze([...(copy[name] as unknown[])]);
  if (copy['claims']) copy['claims'] = frozen(JSON.parse(JSON.stringify(copy['claims'])));
  return Object.freeze(copy) as unknown as ApiKeyRecord;
}

function secondsOf(date: Date): number {
  return date.getTime() / 1000;
}

function frozen(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
