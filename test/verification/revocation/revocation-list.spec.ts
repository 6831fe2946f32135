import { AuthConfigurationError } from '../../../lib/core/auth-configuration-error.js';
import { MemoryKeyValueStore } from '../../../lib/stores/memory-key-value-store.js';
import { RedisStore } from '../../../lib/stores/redis/index.js';
import { RevocationList } from '../../../lib/verification/revocation/revocation-list.js';
import type { RevocableCredential } from '../../../lib/verification/revocation/revocation.js';
import { describeWithRedis, REDIS_LIBRARIES } from '../../services/redis.js';

const NOW = 1_800_000_000;
const issuer = 'https://issuer.example';
const credential = (more: Partial<RevocableCredential> = {}): RevocableCredential => ({
  issuer,
  subject: 'ann',
  tokenId: 'token',
  sessionId: 'session',
  issuedAt: NOW - 10,
  expiresAt: NOW + 300,
  claims: {},
  ...more,
});

describe('RevocationList', () => {
  let now = NOW;
  const clock = (): number => now * 1000;
  let store: MemoryKeyValueStore;
  let subject: RevocationList;

  beforeEach(() => {
    now = NOW;
    store = new MemoryKeyValueStore({ clock });
    subject = new RevocationList({ store, clock });
  });

  it('refuses a token by its name, and no other', async () => {
    await subject.revokeToken({ issuer, tokenId: 'token' });
    expect(subject.isRevoked(credential())).toBe(true);
    expect(subject.isRevoked(credential({ tokenId: 'other' }))).toBe(false);
    expect(subject.isRevoked(credential({ tokenId: undefined }))).toBe(false);
    expect(subject.isRevoked(credential({ issuer: 'https://other.example' }))).toBe(false);
  });

  it('refuses the tokens of a session, and of no other', async () => {
    await subject.revokeSession({ issuer, sessionId: 'session' });
    expect(subject.isRevoked(credential())).toBe(true);
    expect(subject.isRevoked(credential({ sessionId: 'other' }))).toBe(false);
    expect(subject.isRevoked(credential({ sessionId: undefined, tokenId: 'session' }))).toBe(false);
  });

  it.each([
    ['a second before', NOW - 1, true],
    ['in the same second', NOW, true],
    ['later in the same second', NOW + 0.9, true],
    ['in the next', NOW + 1, false],
    ['nobody knows when', undefined, true],
  ])('refuses, of a subject, what was issued %s: %p', async (_, issuedAt, expected) => {
    now = NOW + 0.5;
    await subject.revokeSubject({ issuer, subject: 'ann' });
    expect(subject.isRevoked(credential({ issuedAt }))).toBe(expected);
    expect(subject.isRevoked(credential({ issuedAt, subject: 'bob' }))).toBe(false);
  });

  it('tells apart kind, issuer and name wherever one ends', async () => {
    await subject.revokeToken({ issuer: 'a', tokenId: 'b","c' });
    const bare = { subject: undefined, sessionId: undefined };
    const other = credential({ ...bare, issuer: 'a","b', tokenId: 'c' });
    expect(subject.isRevoked(other)).toBe(false);
    expect(subject.isRevoked(credential({ ...bare, issuer: 'a', tokenId: 'b","c' }))).toBe(true);
  });

  it('remembers as long as the longest token lives, and not for ever', async () => {
    subject = new RevocationList({ store, clock, longestTokenSeconds: 3600 });
    await subject.revokeToken({ issuer, tokenId: 'token' });
    await subject.revokeSession({ issuer, sessionId: 'session' });
    await subject.revokeSubject({ issuer, subject: 'ann' });
    now += 3600 + 300;
    const late = { issuedAt: NOW, expiresAt: NOW + 3600 };
    for (const only of ['subject', 'tokenId', 'sessionId'] as const) {
      const none = { subject: undefined, tokenId: undefined, sessionId: undefined };
      const named = credential({ ...late, ...none, [only]: credential()[only] });
      expect([only, subject.isRevoked(named)]).toEqual([only, true]);
    }
    now += 303;
    store.set('sweep', '', 1);
    expect(store.size).toBe(1);
  });

  const LONG = 'it lives longer than longestTokenSeconds';

  it.each<[string, Partial<RevocableCredential>, string]>([
    ['lives longer', { issuedAt: NOW, expiresAt: NOW + 3901 }, LONG],
    ['lives longer, near its end', { issuedAt: NOW - 9000, expiresAt: NOW + 10 }, LONG],
    ['lives longer from now', { issuedAt: undefined, expiresAt: NOW + 3901 }, LONG],
    [
      'never expires',
      { expiresAt: Infinity },
      'it has no exp, so that it outlives longestTokenSeconds',
    ],
    ['expires nobody knows when', { expiresAt: Number.NaN }, LONG],
  ])('refuses a token that %s, and says that nobody revoked it', (_, dates, detail) => {
    subject = new RevocationList({ store, clock, longestTokenSeconds: 3600 });
    expect(() => subject.isRevoked(credential(dates))).toThrow(
      expect.objectContaining({ reason: 'token_revoked', detail }) as Error,
    );
  });

  it('lets in a token that lives as long as may be', () => {
    subject = new RevocationList({ store, clock, longestTokenSeconds: 3600 });
    const dates = { issuedAt: NOW, expiresAt: NOW + 3900 };
    expect(subject.isRevoked(credential(dates))).toBe(false);
  });

  it('never lowers the moment of a subject', async () => {
    await subject.revokeSubject({ issuer, subject: 'ann', issuedBefore: NOW - 5 });
    await subject.revokeSubject({
      issuer,
      subject: 'ann',
      issuedBefore: new Date((NOW - 20) * 1000),
    });
    expect(subject.isRevoked(credential({ issuedAt: NOW - 6 }))).toBe(true);
    expect(subject.isRevoked(credential({ issuedAt: NOW - 4 }))).toBe(false);
    await subject.revokeSubject({ issuer, subject: 'ann', issuedBefore: NOW - 2 });
    expect(subject.isRevoked(credential({ issuedAt: NOW - 4 }))).toBe(true);
  });

  it('refuses what is written where a moment should be', async () => {
    await subject.revokeSubject({ issuer, subject: 'ann' });
    store.getAll = (keys) => keys.map(() => 'x');
    const bare = { tokenId: undefined, sessionId: undefined };
    expect(subject.isRevoked(credential(bare))).toBe(true);
  });

  it('throws when the store answers for other keys than it was asked for', () => {
    store.getAll = () => [];
    expect(() => subject.isRevoked(credential())).toThrow('The store is unavailable');
  });

  it('keeps no name in clear text, and asks for all in one go', async () => {
    const asked: (readonly string[])[] = [];
    const getAll = store.getAll.bind(store);
    store.getAll = (keys) => {
      asked.push(keys);
      return getAll(keys);
    };
    await subject.isRevoked(credential());
    expect(asked).toEqual([
      Array.from({ length: 3 }, () => expect.stringMatching(/^revoked:.{43}$/) as unknown),
    ]);
  });

  it.each<unknown>([undefined, '', 7])('revokes nothing that is called %p', async (name) => {
    const none = name as string;
    await expect(subject.revokeToken({ issuer, tokenId: none })).rejects.toThrow(TypeError);
    await expect(subject.revokeSession({ issuer, sessionId: none })).rejects.toThrow(TypeError);
    await expect(subject.revokeSubject({ issuer, subject: none })).rejects.toThrow(TypeError);
    await expect(subject.revokeToken({ issuer: none, tokenId: 'a' })).rejects.toThrow(TypeError);
  });

  it('takes no moment that is none', async () => {
    const issuedBefore = new Date(Number.NaN);
    await expect(subject.revokeSubject({ issuer, subject: 'ann', issuedBefore })).rejects.toThrow(
      TypeError,
    );
  });

  it.each([0, -1, Number.NaN, Infinity])('takes %p for no life', (longestTokenSeconds) => {
    expect(() => new RevocationList({ store, longestTokenSeconds })).toThrow(
      AuthConfigurationError,
    );
  });
});

describeWithRedis.each(Object.entries(REDIS_LIBRARIES))(
  'RevocationList through %s',
  (_, connect) => {
    it('is one list for several instances, and the latest of many moments counts', async () => {
      const connections = await Promise.all([connect(), connect()]);
      const { keyPrefix } = connections[0];
      try {
        const [one, other] = connections.map(
          ({ client }) => new RevocationList({ store: new RedisStore(client, { keyPrefix }) }),
        ) as [RevocationList, RevocationList];
        const now = Math.floor(Date.now() / 1000);
        const token = (issuedAt: number): RevocableCredential =>
          credential({ issuedAt, expiresAt: now + 60 });
        expect(await other.isRevoked(token(now))).toBe(false);
        const moments = Array.from({ length: 20 }, (_, index) => now - 20 - ((index * 7) % 20));
        await Promise.all(
          moments.map((issuedBefore, index) =>
            (index % 2 ? one : other).revokeSubject({ issuer, subject: 'ann', issuedBefore }),
          ),
        );
        expect(await one.isRevoked(token(now - 20))).toBe(true);
        expect(await other.isRevoked(token(now - 19))).toBe(false);
        await one.revokeToken({ issuer, tokenId: 'token' });
        expect(await other.isRevoked(token(now))).toBe(true);
      } finally {
        await Promise.all(connections.map((each) => each.close()));
      }
    });
  },
);
