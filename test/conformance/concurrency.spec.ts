import { setTimeout as wait } from 'node:timers/promises';
import { Controller, Get, Req } from '@nestjs/common';
import { CurrentUser, type Principal } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, casesOf } from './catalogue.js';
import { issuerA, issuerB, startFixture, FixtureApi } from './fixture.js';
import { collector } from './garbage-collector.js';
import { mint } from './minting.js';
import { answerTo, pipeline, RawConnection, type RawAnswer } from './raw-socket.js';
import { bearer, request } from './requests.js';
import { expectVerdict } from './verdict.js';

/** Whoever handles one request while others come in. */
@Controller()
class SlowApi {
  @Get('slow')
  async slow(@CurrentUser() user: Principal, @Req() request: { user: Principal }): Promise<object> {
    await wait(Math.random() * 20);
    return { sub: user.subject, property: request.user.subject };
  }
}

const USERS = Array.from({ length: 200 }, (_, index) => `user-${String(index)}`);
const gc = collector();

/** Sends the same request again and again on one connection, and gives the answers. */
async function repeat(port: number, octets: string, times: number): Promise<readonly RawAnswer[]> {
  const connection = new RawConnection(port);
  const answers: RawAnswer[] = [];
  try {
    for (let count = 0; count < times; count += 1) {
      connection.write(octets);
      answers.push(await connection.answer());
    }
    return answers;
  } finally {
    await connection.close();
  }
}

describe.each(ADAPTERS)('many requests at once on %s', (adapter) => {
  it('Q-01 200 users, 20 000 requests: each is told its own name', async () => {
    const api = await startFixture(adapter, { controllers: [SlowApi], auth: { onEvent } });
    // Clients share a process with the server here, and may be late; they are not to be hung up on.
    Object.assign(api.app.getHttpServer() as object, { keepAliveTimeout: 60_000 });
    try {
      const mistakes = await Promise.all(
        USERS.map(async (sub) => {
          const octets = bearer(await mint({ sub }), 'GET /slow');
          const expected = JSON.stringify({ sub, property: sub });
          const answers = await repeat(api.port, octets, 100);
          return answers.filter(({ status, body }) => status !== 200 || body !== expected).length;
        }),
      );
      expect(mistakes).toEqual(USERS.map(() => 0));
    } finally {
      await api.close();
    }
  }, 60_000);

  it('Q-02 clients that hang up leave nothing behind', async () => {
    const failures: unknown[] = [];
    const notice = (failure: unknown): void => void failures.push(failure);
    process.on('unhandledRejection', notice).on('uncaughtException', notice);
    const api = await startFixture(adapter, {
      controllers: [SlowApi, FixtureApi],
      auth: { onEvent },
    });
    try {
      for (let round = 0; round < 50; round += 1) {
        await Promise.all(
          USERS.slice(0, 100).map(async (sub) => {
            const connection = new RawConnection(api.port);
            // Never seen before, so that it is verified while the client goes.
            connection.write(bearer(await mint({ sub, jti: String(round) }), 'GET /slow'));
            await wait(Math.random() * 3);
            await connection.close();
          }),
        );
      }
      await wait(50);
      expect(failures).toEqual([]);
      const answer = await answerTo(api.port, bearer(await mint()));
      expect(answer.status).toBe(200);
    } finally {
      await api.close();
      process.off('unhandledRejection', notice).off('uncaughtException', notice);
    }
  }, 60_000);

  it('Q-04 two applications in one process', async () => {
    const a = await startFixture(adapter, { issuers: [issuerA()] });
    const b = await startFixture(adapter, {
      issuers: [issuerB(), issuerA({ audience: 'api://other' })],
    });
    try {
      const octets = bearer(await mint({ sub: 'ann' }));
      const other = bearer(await mint({ sub: 'ann', aud: 'api://other' }));
      for (let count = 0; count < 2; count += 1) {
        const [answer, ...others] = await Promise.all([
          answerTo(a.port, octets),
          answerTo(b.port, octets),
          answerTo(a.port, other),
          answerTo(b.port, other),
        ]);
        expectVerdict(caseOf('Q-04'), { answer, reason: 'ok' });
        expect(others.map(({ status }) => status)).toEqual([401, 401, 200]);
      }
    } finally {
      await a.close();
      await b.close();
    }
  });

  it('Q-07 nothing of a request outlives it', async () => {
    let principals: WeakRef<object>[] = [];
    const remember = (event: object): void => void principals.push(new WeakRef(event));
    const api = await startFixture(adapter, { auth: { onEvent: remember } });
    try {
      const token = bearer(await mint());
      const requests = [token, request('GET /me'), bearer('a.b.c'), token];
      const round = Array.from({ length: 5000 }, (_, index) => requests[index % 4] ?? '');
      await pipeline(api.port, round);
      await wait(20);
      gc();
      principals = [];
      const before = process.memoryUsage().heapUsed;
      for (let count = 0; count < 4; count += 1) await pipeline(api.port, round);
      expect(principals).toHaveLength(20_000);
      await wait(20);
      gc();
      const alive = principals.filter((each) => each.deref()).length;
      // The connection and the event log of this test hold on to the last ones.
      expect(alive).toBeLessThan(100);
      principals = [];
      gc();
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(5 * 1024 * 1024);
    } finally {
      await api.close();
    }
  }, 60_000);
});

const onEvent = (): void => undefined;

it('every case of the group is tested', () => {
  expect(casesOf('concurrency').map(({ id }) => id)).toEqual(['Q-01', 'Q-02', 'Q-04', 'Q-07']);
});
