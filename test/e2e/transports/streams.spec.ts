import { setTimeout as pause } from 'node:timers/promises';
import {
  MemoryKeyValueStore,
  RevocationList,
  type AuthEventListener,
  type AuthModuleOptions,
  type ConnectionEndedEvent,
  type StreamOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { LastingCalls } from '../../../lib/transports/lasting-calls.js';
import { ADAPTERS, get, start, type RunningApplication } from '../http/application.js';
import { closeNow, more, over, ReadAnswer, StreamsApi } from './streams-api.js';

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await TestIssuer.start({ algorithms: ['ES256'] });
});

afterAll(async () => {
  await issuer.close();
});

/** A token that ceases to hold in so many milliseconds. */
const tokenFor = (milliseconds: number, claims: object = {}): Promise<string> =>
  issuer.token({ exp: (Date.now() + milliseconds) / 1000, ...claims });

const openIn = ({ app }: RunningApplication): number => [...app.get(LastingCalls)].length;

/** Until what is to happen has happened; who waits for ever is ended by the runner. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

describe.each(ADAPTERS)('answers that take their time, over %s', (adapter) => {
  const running: RunningApplication[] = [];
  let ended: ConnectionEndedEvent[] = [];

  const application = async (
    streams?: StreamOptions,
    auth: AuthModuleOptions = {},
  ): Promise<RunningApplication> => {
    const onEvent: AuthEventListener = (event) => {
      if (event.type === 'connection.ended') ended.push(event);
    };
    const options = { issuers: [issuer.options()], onEvent, ...auth, ...(streams && { streams }) };
    const api = await start(adapter, { controllers: [StreamsApi], auth: options });
    running.push(api);
    return api;
  };

  beforeEach(() => {
    over.length = 0;
    ended = [];
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map(closeNow));
  });

  it.each([
    ['events', 'ended'],
    ['lines', 'broken off'],
    ['file', 'broken off'],
  ])("streams.endWithCredential 'all': %s is %s when the token expires", async (path, how) => {
    const api = await application({ endWithCredential: 'all' });
    const answer = await ReadAnswer.begin(`${api.url}/${path}`, await tokenFor(2000));
    expect(answer.response.status).toBe(200);
    expect(openIn(api)).toBe(1);
    expect(await answer.end()).toBe(how);
    await until(() => over.length > 0 && openIn(api) === 0);
    expect(over).toEqual([path]);
    expect(ended).toMatchObject([
      {
        ...{ type: 'connection.ended', transport: 'http', code: 'token_expired' },
        ...{ reason: 'token_expired', handler: `StreamsApi.${path}`, route: `GET /${path}` },
        requestId: answer.response.headers.get('x-request-id'),
        ...{ subject: 'test-user', principal: { subject: 'test-user' } },
      },
    ]);
    expect(ended[0]?.milliseconds).toBeGreaterThan(0);
  });

  it('by default, an event stream ends when the token expires, and a download goes on', async () => {
    const api = await application();
    const token = await tokenFor(2000);
    const [events, file] = await Promise.all([
      ReadAnswer.begin(`${api.url}/events`, token),
      ReadAnswer.begin(`${api.url}/file`, token),
    ]);
    expect(openIn(api)).toBe(1);
    expect(await events.end()).toBe('ended');
    more.next('two');
    expect(await file.end()).toBe('ended');
    await until(() => over.length === 2);
  });

  it("streams.endWithCredential 'none': an event stream goes on", async () => {
    const api = await application({ endWithCredential: 'none' });
    const events = await ReadAnswer.begin(`${api.url}/events`, await tokenFor(200));
    await pause(300);
    more.next('two');
    await events.until('two');
    expect(openIn(api)).toBe(0);
    await events.leave();
  });

  it('keeps nothing of an answer that is over, nor of a client that left', async () => {
    const api = await application({ endWithCredential: 'all' });
    const token = await tokenFor(60_000);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => get(`${api.url}/plain`, token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await Promise.all([get(`${api.url}/plain`), get(`${api.url}/nowhere`, token)]);
    const events = await ReadAnswer.begin(`${api.url}/events`, token);
    await until(() => openIn(api) === 1);
    await events.leave();
    await until(() => openIn(api) === 0 && over.length === 1);
    expect(ended).toEqual([]);
  });

  it('ends the event streams of whoever is revoked here, and no others', async () => {
    const list = new RevocationList({ store: new MemoryKeyValueStore() });
    const api = await application(undefined, { revocation: list });
    const begin = async (claims: object): Promise<ReadAnswer> =>
      ReadAnswer.begin(`${api.url}/events`, await tokenFor(60_000, claims));
    const [ann, bob, session, other] = await Promise.all([
      begin({ sub: 'ann', jti: 'first' }),
      begin({ sub: 'bob' }),
      begin({ sub: 'eve', sid: 'evening' }),
      begin({ sub: 'ann', jti: 'second' }),
    ]);
    await list.revokeToken({ issuer: issuer.issuer, tokenId: 'first' });
    expect(await ann.end()).toBe('ended');
    await list.revokeSession({ issuer: issuer.issuer, sessionId: 'evening' });
    expect(await session.end()).toBe('ended');
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'bob', issuedBefore: 1 });
    await list.revokeSubject({ issuer: 'https://elsewhere.test/', subject: 'ann' });
    more.next('two');
    await Promise.all([other.until('two'), bob.until('two')]);
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'bob' });
    expect(await bob.end()).toBe('ended');
    const facts = ended.map(({ subject, reason }) => `${subject}: ${reason}`);
    expect(facts).toEqual(['ann', 'eve', 'bob'].map((each) => `${each}: token_revoked`));
    await other.leave();
  });
});
