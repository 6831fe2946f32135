import { jest } from '@jest/globals';
import { AuthError } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import { resolveIssuer } from '../../../lib/module/options/resolve-issuer.js';
import { MemoryKeyValueStore } from '../../../lib/stores/memory-key-value-store.js';
import { RedisStore } from '../../../lib/stores/redis/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { CachingJwtVerifier } from '../../../lib/verification/jwt/caching-jwt-verifier.js';
import { FixedIssuers } from '../../../lib/verification/jwt/issuer-registry.js';
import { JwtVerifier } from '../../../lib/verification/jwt/jwt-verifier.js';
import { JwksService } from '../../../lib/verification/jwt/keys/jwks-service.js';
import { RevocableVerifier } from '../../../lib/verification/revocation/revocable-verifier.js';
import { RevocationList } from '../../../lib/verification/revocation/revocation-list.js';
import type { Revocation } from '../../../lib/verification/revocation/revocation.js';
import { OwnRedis } from '../../services/own-redis.js';
import { describeWithRedis, REDIS_LIBRARIES } from '../../services/redis.js';
import { surroundings } from '../jwt/keys/surroundings.js';

describe('RevocableVerifier', () => {
  let issuer: TestIssuer;
  let jwks: JwksService;
  let verifier: CachingJwtVerifier;
  let list: RevocationList;
  let subject: RevocableVerifier;

  beforeEach(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const issuers = [resolveIssuer('issuer', issuer.options())];
    const { clock } = issuer;
    jwks = new JwksService(issuers, surroundings({}, { clock }));
    verifier = new CachingJwtVerifier({
      verifier: new JwtVerifier(new FixedIssuers(issuers), { jwks, clock }),
      jwks,
      clock,
      settings: { maxEntries: 100, maxAgeMs: 300_000 },
    });
    list = new RevocationList({ store: new MemoryKeyValueStore({ clock }), clock });
    subject = asking(list);
  });

  afterEach(async () => {
    await jwks.close();
    await issuer.close();
  });

  const asking = (revocation: Revocation, timeoutMs = 200): RevocableVerifier =>
    new RevocableVerifier({ verifier, revocation, timeoutMs });
  const answering = (answer: () => unknown): RevocableVerifier =>
    asking({ isRevoked: answer as Revocation['isRevoked'] });

  async function reason(token: string): Promise<string> {
    try {
      await subject.verify(new Credential('header', token));
      return 'accepted';
    } catch (failure) {
      expect(failure).toBeInstanceOf(AuthError);
      return (failure as AuthError).reason;
    }
  }

  it('refuses from the next request on what was revoked, remembered or not', async () => {
    const ofAnn = await issuer.token({ sub: 'ann', jti: 'a', sid: 's' });
    const again = await issuer.token({ sub: 'ann', jti: 'b', sid: 's' });
    const ofBob = await issuer.token({ sub: 'bob' });
    expect([await reason(ofAnn), await reason(again)]).toEqual(['accepted', 'accepted']);
    await list.revokeToken({ issuer: issuer.issuer, tokenId: 'a' });
    expect([await reason(ofAnn), await reason(again)]).toEqual(['token_revoked', 'accepted']);
    await list.revokeSession({ issuer: issuer.issuer, sessionId: 's' });
    expect([await reason(again), await reason(ofBob)]).toEqual(['token_revoked', 'accepted']);
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'bob' });
    expect(await reason(ofBob)).toBe('token_revoked');
    issuer.advance(1);
    expect(await reason(await issuer.token({ sub: 'bob' }))).toBe('accepted');
  });

  it('answers at once, with the very same, where the others do', async () => {
    const credential = new Credential('header', await issuer.token());
    const first = await subject.verify(credential);
    expect(subject.verify(credential)).toBe(first);
    expect(verifier.verify(credential)).toBe(first);
    expect(subject.claims(credential)).toBe(true);
    expect(subject.claims(new Credential('header', 'opaque'))).toBe(false);
  });

  it('does not ask about what is bad anyway', async () => {
    const isRevoked = jest.fn<Revocation['isRevoked']>().mockReturnValue(false);
    subject = asking({ isRevoked });
    expect(await reason(await issuer.token({ aud: 'other' }))).toBe('aud_mismatch');
    expect(isRevoked).not.toHaveBeenCalled();
  });

  it('asks by what the token says', async () => {
    const isRevoked = jest.fn<Revocation['isRevoked']>().mockReturnValue(false);
    subject = asking({ isRevoked });
    const claims = { sub: 'ann', jti: 'a', sid: 's', iat: 1000 };
    expect(await reason(await issuer.token(claims))).toBe('accepted');
    expect(isRevoked.mock.calls).toEqual([
      [
        expect.objectContaining({
          issuer: issuer.issuer,
          subject: 'ann',
          tokenId: 'a',
          sessionId: 's',
          issuedAt: 1000,
          claims: expect.objectContaining(claims) as object,
        }),
      ],
    ]);
  });

  it('refuses a session that is called by no text', async () => {
    expect(await reason(await issuer.token({ sid: 7 }))).toBe('claim_type');
  });

  it.each<[string, () => unknown, string]>([
    ['false', () => false, 'accepted'],
    ['true', () => true, 'token_revoked'],
    ['a promise of false', () => Promise.resolve(false), 'accepted'],
    ['a promise of true', () => Promise.resolve(true), 'token_revoked'],
    ['nothing', () => undefined, 'store_unavailable'],
    ['null', () => Promise.resolve(null), 'store_unavailable'],
    ['0', () => 0, 'store_unavailable'],
    ['a text', () => 'false', 'store_unavailable'],
    ['never', () => new Promise(() => undefined), 'store_unavailable'],
    ['a rejection', () => Promise.reject(new Error('down')), 'store_unavailable'],
  ])('when the answer is %s', async (_, answer, expected) => {
    subject = answering(answer);
    expect(await reason(await issuer.token())).toBe(expected);
  });

  it('lets nobody in when asking throws', async () => {
    subject = answering(() => {
      throw new Error('down');
    });
    expect(await reason(await issuer.token())).toBe('store_unavailable');
  });

  describeWithRedis.each(Object.entries(REDIS_LIBRARIES))('with Redis through %s', (_, connect) => {
    it('cannot tell while Redis is away, and can when it is back', async () => {
      const server = await OwnRedis.start();
      const redis = await connect(server.url);
      try {
        const store = new RedisStore(redis.client, { timeoutSeconds: 0.5 });
        list = new RevocationList({ store, clock: issuer.clock });
        subject = asking(list, 1000);
        const token = await issuer.token({ jti: 'a' });
        expect(await reason(token)).toBe('accepted');
        await server.stop();
        expect(await reason(token)).toBe('store_unavailable');
        await server.resume();
        await list.revokeToken({ issuer: issuer.issuer, tokenId: 'a' });
        expect(await reason(token)).toBe('token_revoked');
      } finally {
        await server.close();
        redis.hangUp();
      }
    });
  });
});
