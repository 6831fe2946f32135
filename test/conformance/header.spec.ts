import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, casesOf, tokenOf } from './catalogue.js';
import { isExcused } from './exceptions.js';
import { startFixture, type Fixture } from './fixture.js';
import { mint } from './minting.js';
import { answerTo, exchange, RawConnection } from './raw-socket.js';
import { bearer, request, requestOf } from './requests.js';
import { expectVerdict, type Outcome } from './verdict.js';

const GROUP = casesOf('header');
const SEVERAL = ['H-33', 'H-49', 'H-50'];
/** Their head is too long to be sent at once: see below. */
const LONG = ['H-32'];
const single = GROUP.filter(
  ({ id }) => !isExcused(id) && !SEVERAL.includes(id) && !LONG.includes(id),
);

describe.each(ADAPTERS)('credentials in headers on %s', (adapter) => {
  let api: Fixture;

  beforeAll(async () => {
    api = await startFixture(adapter);
  });

  beforeEach(() => {
    api.events.length = 0;
  });

  afterAll(() => api.close());

  const ask = async (octets: string | undefined): Promise<Outcome> => {
    const answer = await answerTo(api.port, octets ?? '');
    return { answer, reason: api.reason() };
  };

  it.each(single.map((each) => [each.id, each.description, each] as const))(
    '%s %s',
    async (id, _, expected) => {
      expectVerdict(expected, await ask(requestOf(id)));
      // The process is alive, and the next request is answered on its own merits.
      expect((await ask(bearer(tokenOf('OK-RS256')))).answer.status).toBe(200);
    },
  );

  it.each(['H-19', 'H-20', 'H-21', 'H-22', 'H-23'])('%s says no error', async (id) => {
    expect((await ask(requestOf(id))).answer.text).not.toMatch(/error=/);
  });

  it('H-32 1 MB token: refused by Node before all of it is read', async () => {
    const octets = requestOf('H-32') ?? '';
    const connection = new RawConnection(api.port);
    // What a server does not read when it hangs up would cost us its answer.
    connection.write(octets.slice(0, 20_000));
    const answer = await connection.answer();
    connection.write(octets.slice(20_000));
    await connection.close();
    expectVerdict(caseOf('H-32'), { answer, reason: api.reason() });
  });

  it('H-33 1 MB token where Node accepts such heads: refused unread', async () => {
    const roomy = await startFixture(adapter, { maxHeaderSize: 4 * 1024 * 1024 });
    try {
      const answer = await answerTo(roomy.port, requestOf('H-32') ?? '');
      expectVerdict(caseOf('H-33'), { answer, reason: roomy.reason() });
    } finally {
      await roomy.close();
    }
  });

  it('H-37 a token in the query beside one in the header is not looked at', async () => {
    const { answer, reason } = await ask(requestOf('H-37'));
    expect([answer.status, reason]).toEqual([200, 'ok']);
    const bad = request('GET /me?access_token=x', [`Authorization: Bearer ${tokenOf('OK-RS256')}`]);
    expect((await ask(bad)).answer.status).toBe(200);
  });

  it('H-40 tokens in the query, however many, are not looked at', async () => {
    expectVerdict({ ...caseOf('H-01') }, await ask(requestOf('H-40')));
    const good = request(`GET /me?access_token=${tokenOf('OK-RS256')}`);
    expectVerdict({ ...caseOf('H-01') }, await ask(good));
  });

  it.each(['OPTIONS', 'GET'])('H-44 a method is not overridden by %s', async (method) => {
    const octets = request('POST /orders', [
      `X-HTTP-Method-Override: ${method}`,
      'Content-Length: 0',
    ]);
    const challenge = 'Bearer realm="api", scope="orders:write"';
    const expected = { ...caseOf('H-44'), expected_www_authenticate: challenge };
    expectVerdict(expected, await ask(octets));
  });

  it('H-48 echoes neither the body, nor a credential, nor a stack', async () => {
    const { answer } = await ask(requestOf('H-48'));
    expect(answer.text).not.toMatch(/\s{4}at |node_modules|\.[jt]s:/);
  });

  it('H-49 a token counts for its request, not for the connection', async () => {
    const octets = bearer(tokenOf('OK-RS256')) + request('GET /me');
    const connection = new RawConnection(api.port);
    connection.write(octets);
    expect((await connection.answer()).status).toBe(200);
    const answer = await connection.answer();
    await connection.close();
    expectVerdict(caseOf('H-49'), { answer, reason: api.reason() });
  });

  it('H-50 pipelined requests are answered each to its own caller', async () => {
    const [one, other] = [await mint({ sub: 'A' }), await mint({ sub: 'B' })];
    const octets = bearer(one) + request('GET /me') + bearer(other);
    const answers = await exchange(api.port, octets, 3);
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200]);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ sub: 'A' });
    expect(JSON.parse(answers[2]?.body ?? '')).toMatchObject({ sub: 'B' });
  });
});

it('every case of the group is tested', () => {
  const built = single.filter(({ id }) => requestOf(id) !== undefined);
  expect(built).toEqual(single);
});
