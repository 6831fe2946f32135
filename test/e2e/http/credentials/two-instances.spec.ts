import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { decodeJwt } from 'jose';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import {
  Accepts,
  apiKey,
  ApiKeys,
  CurrentPrincipal,
  RevocationList,
  type AuthEvent,
  type Principal,
} from '../../../../lib/index.js';
import {
  RedisApiKeyStore,
  RedisStore,
  type RedisClient,
} from '../../../../lib/stores/redis/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { describeWithRedisServer, OwnRedis } from '../../../services/own-redis.js';
import { ADAPTERS, start, type Adapter, type RunningApplication } from '../application.js';

@Controller()
class Api {
  @Accepts('apiKey')
  @Get('key')
  key(@CurrentPrincipal() { subject }: Principal): object {
    return { subject };
  }

  @Accepts('jwt')
  @Get('me')
  me(@CurrentPrincipal() { subject }: Principal): object {
    return { subject };
  }
}

/** A client of Redis, and how it ends. */
interface Connection {
  readonly client: RedisClient;
  readonly end: () => void;
}

/** Both clients tell of a lost connection by an event that nobody may leave unheard. */
const unheard = (): void => undefined;

async function nodeRedis(url: string): Promise<Connection> {
  const client = createClient({ url });
  client.on('error', unheard);
  await client.connect();
  return {
    client,
    end: () => {
      client.destroy();
    },
  };
}

function ioRedis(url: string): Promise<Connection> {
  const client = new Redis(url);
  client.on('error', unheard);
  return Promise.resolve({
    client,
    end: () => {
      client.disconnect();
    },
  });
}

/** One of the applications, with what it makes and revokes with. */
interface Instance extends RunningApplication {
  readonly keys: ApiKeys;
  readonly revocations: RevocationList;
  readonly events: AuthEvent[];
}

interface Shared {
  readonly issuer: TestIssuer;
  readonly keyPrefix: string;
}

async function startInstance(
  adapter: Adapter,
  client: RedisClient,
  { issuer, keyPrefix }: Shared,
): Promise<Instance> {
  const keys = new ApiKeys({ prefix: 'acme', store: new RedisApiKeyStore(client, { keyPrefix }) });
  const revocations = new RevocationList({
    store: new RedisStore(client, { keyPrefix }),
    longestTokenSeconds: 3600,
  });
  const events: AuthEvent[] = [];
  const running = await start(adapter, {
    controllers: [Api],
    auth: {
      issuers: [issuer.options()],
      credentials: [apiKey({ keys })],
      revocation: revocations,
      onEvent: (event) => void events.push(event),
    },
  });
  return { ...running, keys, revocations, events };
}

interface Sent {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: unknown;
}

async function send(url: string, headers: Record<string, string>): Promise<Sent> {
  const answer = await fetch(url, { headers });
  const { code } = (await answer.json()) as { code?: unknown };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), code };
}

const withKey = ({ url }: Instance, key: string): Promise<Sent> =>
  send(`${url}/key`, { 'x-api-key': key });
const withToken = ({ url }: Instance, token: string): Promise<Sent> =>
  send(`${url}/me`, { authorization: `Bearer ${token}` });
const reasonAt = ({ events }: Instance): string | undefined => {
  const event = events.findLast(({ type }) => type.startsWith('auth.'));
  return event && 'reason' in event ? event.reason : event?.type;
};

describeWithRedisServer()('two instances on one Redis', () => {
  describe.each(ADAPTERS)('on %s', (adapter) => {
    const connections: Connection[] = [];
    let redis: OwnRedis;
    let issuer: TestIssuer;
    let one: Instance;
    let other: Instance;

    beforeAll(async () => {
      redis = await OwnRedis.start();
      issuer = await TestIssuer.start({ algorithms: ['ES256'] });
      const shared = { issuer, keyPrefix: `two-instances:${randomUUID()}:` };
      connections.push(await nodeRedis(redis.url), await ioRedis(redis.url));
      const [first, second] = connections as [Connection, Connection];
      one = await startInstance(adapter, first.client, shared);
      other = await startInstance(adapter, second.client, shared);
    });

    afterAll(async () => {
      await one.close();
      await other.close();
      for (const { end } of connections) end();
      await issuer.close();
      await redis.close();
    });

    /** Once with either in the place of the other. */
    const bothWays = async (
      act: (from: Instance, to: Instance) => Promise<void>,
    ): Promise<void> => {
      await act(one, other);
      await act(other, one);
    };

    it('a key that is made at one enters at the other', () =>
      bothWays(async (from, to) => {
        const { key } = await from.keys.create({ subject: 'robot' });
        expect(await withKey(to, key)).toMatchObject({ status: 200 });
        expect(await withKey(from, key)).toMatchObject({ status: 200 });
      }));

    it('a key that is revoked at one is refused at the other with the next request', () =>
      bothWays(async (from, to) => {
        const { key, record } = await from.keys.create({ subject: 'robot' });
        expect((await withKey(to, key)).status).toBe(200);
        expect(await from.keys.revoke(record.id)).toBe(true);
        expect(await withKey(to, key)).toMatchObject({ status: 401, code: 'invalid_api_key' });
        expect(reasonAt(to)).toBe('api_key_revoked');
      }));

    it('a key that is rotated at one ends at the other, and its successor enters', () =>
      bothWays(async (from, to) => {
        const { key, record } = await from.keys.create({ subject: 'robot' });
        expect((await withKey(to, key)).status).toBe(200);
        const next = await from.keys.rotate(record.id, { overlapSeconds: 0 });
        expect((await withKey(to, key)).status).toBe(401);
        expect((await withKey(to, next.key)).status).toBe(200);
      }));

    it('a token that is revoked at one is refused at the other, where it is remembered', () =>
      bothWays(async (from, to) => {
        const token = await issuer.token();
        const { jti: tokenId = '' } = decodeJwt(token);
        for (let count = 0; count < 3; count += 1) {
          expect((await withToken(to, token)).status).toBe(200);
        }
        await from.revocations.revokeToken({ issuer: issuer.issuer, tokenId });
        expect(await withToken(to, token)).toMatchObject({ status: 401, code: 'invalid_token' });
        expect(reasonAt(to)).toBe('token_revoked');
        expect((await withToken(from, token)).status).toBe(401);
        // The next token of the same subject is another.
        expect((await withToken(to, await issuer.token())).status).toBe(200);
      }));

    it('a subject or a session that is revoked at one is refused at the other', () =>
      bothWays(async (from, to) => {
        const [sub, sid] = [randomUUID(), randomUUID()];
        const [ofSubject, ofSession] = [await issuer.token({ sub }), await issuer.token({ sid })];
        expect((await withToken(to, ofSubject)).status).toBe(200);
        expect((await withToken(to, ofSession)).status).toBe(200);
        await from.revocations.revokeSubject({ issuer: issuer.issuer, subject: sub });
        await from.revocations.revokeSession({ issuer: issuer.issuer, sessionId: sid });
        expect((await withToken(to, ofSubject)).status).toBe(401);
        expect((await withToken(to, ofSession)).status).toBe(401);
      }));

    it('while Redis is gone, nobody enters and nobody is refused; when it is back, all is as before', async () => {
      const { key } = await one.keys.create({ subject: 'robot' });
      const gone = await one.keys.create({ subject: 'robot' });
      await one.keys.revoke(gone.record.id);
      const [token, revoked] = [await issuer.token(), await issuer.token()];
      const { jti: tokenId = '' } = decodeJwt(revoked);
      await one.revocations.revokeToken({ issuer: issuer.issuer, tokenId });
      const askAll = (): Promise<readonly Sent[]> =>
        Promise.all(
          [one, other].flatMap((each) => [
            withKey(each, key),
            withToken(each, token),
            withKey(each, gone.key),
            withToken(each, revoked),
          ]),
        );
      const usual = [200, 200, 401, 401, 200, 200, 401, 401];
      expect((await askAll()).map(({ status }) => status)).toEqual(usual);

      await redis.stop();
      for (let round = 0; round < 3; round += 1) {
        for (const sent of await askAll()) {
          expect(sent).toEqual({ status: 503, retryAfter: '1', code: 'auth_unavailable' });
        }
        expect([reasonAt(one), reasonAt(other)]).toEqual([
          'store_unavailable',
          'store_unavailable',
        ]);
      }
      // What is no key and no token at all needs no store.
      expect((await withKey(one, 'acme_x')).status).toBe(401);
      expect((await withToken(other, 'a.b.c')).status).toBe(401);

      await redis.resume();
      const statuses = async (): Promise<readonly number[]> =>
        (await askAll()).map(({ status }) => status);
      let now = await statuses();
      for (let round = 0; round < 50 && now.includes(503); round += 1) {
        // On the way back, each is as it was or not known yet: never something else.
        now.forEach((status, index) => {
          expect([usual[index], 503]).toContain(status);
        });
        await pause(100);
        now = await statuses();
      }
      expect(now).toEqual(usual);
    });

    it('a Redis that is there and says nothing is no other than one that is gone', async () => {
      const { key } = await one.keys.create({ subject: 'robot' });
      const token = await issuer.token();
      redis.freeze();
      const began = performance.now();
      const sent = await Promise.all([
        withKey(one, key),
        withToken(one, token),
        withKey(other, key),
        withToken(other, token),
      ]);
      expect(performance.now() - began).toBeLessThan(3000);
      for (const { status, retryAfter } of sent) expect([status, retryAfter]).toEqual([503, '1']);
      redis.thaw();
      expect((await withKey(one, key)).status).toBe(200);
      expect((await withToken(other, token)).status).toBe(200);
    });
  });
});
