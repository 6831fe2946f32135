import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AuthError } from '../../lib/core/auth-error.js';
import { Concealed } from '../../lib/core/concealed.js';
import { Credential } from '../../lib/core/credential.js';
import { ApiKeyVerifier } from '../../lib/verification/api-key/api-key-verifier.js';
import type { CredentialVerifier } from '../../lib/verification/credential-verifier.js';
import { CachingIntrospectionVerifier } from '../../lib/verification/introspection/caching-introspection-verifier.js';
import { IntrospectionVerifier } from '../../lib/verification/introspection/introspection-verifier.js';
import { collectGarbage } from '../e2e/keys/garbage.js';

const MEGABYTE = 1024 * 1024;
const COUNT = 20_000;
const AT_ONCE = 100;

const digits = (bytes: number): string => randomBytes(bytes).toString('hex');

/** How a credential is refused: by which status. */
async function statusOf(verifier: CredentialVerifier, value: string): Promise<number> {
  try {
    await verifier.verify(new Credential('header', value));
    return 200;
  } catch (failure) {
    if (failure instanceof AuthError) return failure.status;
    throw failure;
  }
}

async function present(
  verifier: CredentialVerifier,
  next: () => string,
  count: number,
): Promise<ReadonlySet<number>> {
  const statuses = new Set<number>();
  for (let done = 0; done < count; done += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, () => statusOf(verifier, next()));
    for (const status of await Promise.all(some)) statuses.add(status);
  }
  return statuses;
}

/** How much of the heap remains taken by what is presented, when each is another. */
async function growth(verifier: CredentialVerifier, next: () => string): Promise<number> {
  // Whatever is compiled and made once is, by then.
  await present(verifier, next, 1000);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  expect(await present(verifier, next, COUNT)).toEqual(new Set([401]));
  collectGarbage();
  return process.memoryUsage().heapUsed - before;
}

function wellFormed(): string {
  const unchecked = `acme_${digits(8)}_${digits(32)}`;
  return unchecked + crc32(unchecked).toString(16).padStart(8, '0');
}

function introspecting(): CachingIntrospectionVerifier {
  const clock = Date.now;
  const settings = {
    issuer: 'https://login.example.test/',
    endpoint: new URL('https://login.example.test/introspect'),
    client: {
      id: 'api',
      method: 'client_secret_basic' as const,
      secret: new Concealed('a secret of the test'),
    },
    audience: null,
    clockToleranceSeconds: 5,
    tokenUse: [],
    namesUsers: false,
    demandsType: false,
    timeoutMs: 3000,
  };
  const verifier = new IntrospectionVerifier({ kind: 'opaqueToken', settings, clock });
  const memory = { maxEntries: 10_000, maxAgeMs: 30_000 };
  return new CachingIntrospectionVerifier({ verifier, clock, settings: memory });
}

/** The long version is `bench/credentials-memory.mjs`. */
describe('what remains of twenty thousand bad credentials', () => {
  const { fetch } = globalThis;

  afterEach(() => {
    globalThis.fetch = fetch;
  });

  it.each([
    ['API keys that nobody knows', wellFormed],
    ['junk in the place of API keys', () => digits(40)],
  ])(
    '%s: nothing',
    async (_, next) => {
      const facts = {
        kind: 'apiKey',
        prefix: 'acme',
        scheme: 'ApiKey',
        timeoutMs: 1000,
        asked: 'credentials[0].find',
      };
      const find = (): Promise<undefined> => Promise.resolve(undefined);
      const verifier = new ApiKeyVerifier({ ...facts, find, clock: Date.now });
      expect(await growth(verifier, next)).toBeLessThan(5 * MEGABYTE);
    },
    60_000,
  );

  it('opaque tokens that are inactive: the last few, for a moment', async () => {
    // A mock of Jest would remember every call.
    globalThis.fetch = () => Promise.resolve(Response.json({ active: false }));
    const verifier = introspecting();
    const remaining = await growth(verifier, () => digits(32));
    expect(verifier.size.active).toBe(0);
    expect(verifier.size.inactive).toBeLessThanOrEqual(512);
    expect(verifier.size.underWay).toBe(0);
    expect(remaining).toBeLessThan(5 * MEGABYTE);
  }, 60_000);
});
