import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { AuthEvent } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, casesOf, vectors } from './catalogue.js';
import type { Fixture } from './fixture.js';
import {
  active,
  AdversarialServer,
  CLIENT_SECRET,
  handledTokens,
  huge,
  json,
  opaque,
  startOpaqueFixture,
  type Answer,
} from './introspection-fixture.js';
import { LeakScan, printed } from './leak-scan.js';
import { answerTo, headerValues, type RawAnswer } from './raw-socket.js';
import { RecordingLogger } from './recording-logger.js';
import { expectVerdict } from './verdict.js';

const MEGABYTE = 1024 * 1024;
/** Tokens are of one use in these tests, so that none is remembered from another. */
const newToken = (): string => `o1-${randomBytes(24).toString('base64url')}`;

describe.each(ADAPTERS)('introspection on %s', (adapter) => {
  const logger = new RecordingLogger();
  /** Every token that was sent, for the scan at the end. */
  const sent: string[] = [];
  const answers: RawAnswer[] = [];
  const events: AuthEvent[] = [];
  let server: AdversarialServer;
  let attacker: AdversarialServer;
  let api: Fixture;

  beforeAll(async () => {
    server = await AdversarialServer.start();
    attacker = await AdversarialServer.start();
    api = await startOpaqueFixture(adapter, server);
    // Creating an application without a logger replaced whatever was there.
    Logger.overrideLogger(logger);
  });

  beforeEach(() => {
    events.push(...api.events.splice(0));
    api.now = vectors.now;
    server.answer = json(active());
    server.asked.length = 0;
  });

  afterAll(async () => {
    await api.close();
    await server.close();
    await attacker.close();
    Logger.overrideLogger(false);
  });

  const present = async (token: string, target?: string, to = api): Promise<RawAnswer> => {
    sent.push(token);
    const answer = await answerTo(to.port, opaque(token, target));
    answers.push(answer);
    return answer;
  };
  const expectCase = async (id: string, answer: Answer, target?: string): Promise<RawAnswer> => {
    server.answer = answer;
    const before = handledTokens();
    const given = await present(newToken(), target);
    expectVerdict(caseOf(id), { answer: given, reason: api.reason() });
    expect(handledTokens()).toBe(given.status === 200 ? before + 1 : before);
    return given;
  };
  const expectUnavailable = async (id: string, answer: Answer): Promise<void> => {
    const given = await expectCase(id, answer);
    expect(headerValues(given, 'retry-after')).toEqual(['1']);
    expect(attacker.asked).toEqual([]);
    // Nothing is held against the token, or the server.
    await expectCase('I-26', json(active()));
  };

  it.each([
    ['I-01', 'active: false', { active: false }],
    ['I-03', 'nothing said of it', {}],
    ['I-03', 'all said but that', { ...active(), active: undefined }],
    ['I-04b', 'active: "false"', active({ active: 'false' })],
    ['I-04b', 'active: "true"', active({ active: 'true' })],
    ['I-04b', 'active: 1', active({ active: 1 })],
    ['I-04b', 'active: null', active({ active: null })],
    ['I-06', 'the audience of another API', active({ aud: 'api://payments' })],
    ['I-06', 'an audience that begins as ours', active({ aud: `${vectors.audience}2` })],
    ['I-06', 'a list of other audiences', active({ aud: ['api://payments', 'api://x'] })],
    ['I-07', 'another issuer', active({ iss: vectors.issuer_b })],
    ['I-07', 'our issuer, spelt otherwise', active({ iss: `${vectors.issuer_a}/` })],
  ])('%s %s', async (id, _, body) => {
    await expectCase(id, json(body));
  });

  it('I-08 a token without the scope that is required', async () => {
    await expectCase('I-08', json(active({ scope: 'orders:read' })), 'POST /opaque');
    await expectCase('I-08', json(active({ scope: undefined })), 'POST /opaque');
    await expectCase('I-26', json(active()), 'POST /opaque');
  });

  it.each([400, 401, 403, 404, 429, 500, 502, 503])('I-09 a server that answers %i', (status) =>
    expectUnavailable('I-09', (response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(active()));
    }),
  );

  it('I-11 a server that does not answer', async () => {
    await expectUnavailable('I-11', () => undefined);
  });

  it('I-16 a server that answers 204', async () => {
    await expectUnavailable('I-16', (response) => response.writeHead(204).end());
  });

  it.each([301, 302, 303, 307, 308])('I-17 a server that answers %i: not followed', (status) =>
    expectUnavailable('I-17', (response) => {
      response.writeHead(status, { location: attacker.url, 'content-type': 'application/json' });
      response.end(JSON.stringify(active()));
    }),
  );

  it('I-18 200 MB, of which little is read', async () => {
    let written = 0;
    const count = (octets: number): void => void (written += octets);
    await expectUnavailable('I-18', huge(200 * MEGABYTE, count));
    expect(written).toBeLessThan(20 * MEGABYTE);
  });

  it('I-19 a body that comes drop by drop', async () => {
    const timers: NodeJS.Timeout[] = [];
    const body = JSON.stringify(active());
    await expectUnavailable('I-19', (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      let at = 0;
      timers.push(setInterval(() => response.write(body[at++] ?? ' '), 20));
    });
    timers.forEach(clearInterval);
  });

  it('I-19b a connection that is reset', async () => {
    await expectUnavailable('I-19b', (response) => response.socket?.resetAndDestroy());
    await expectUnavailable('I-19b', (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' });
      response.write('{"active":true,');
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    });
  });

  it.each([
    '[]',
    '[{"active":true}]',
    'null',
    '"active"',
    'true',
    '1',
    '',
    '{',
    '{"active":true}x',
  ])('I-14 what is no JSON object: %s', (body) => expectUnavailable('I-14', json(body)));

  it('I-15 a signed answer that nobody asked for, and other types', async () => {
    const claims = Buffer.from(JSON.stringify({ token_introspection: active() }));
    const jwt = `eyJhbGciOiJub25lIn0.${claims.toString('base64url')}.`;
    const signed = { 'content-type': 'application/token-introspection+jwt' };
    await expectUnavailable('I-15', json(jwt, signed));
    await expectUnavailable('I-15', json(active(), signed));
    await expectUnavailable('I-15', json(active(), { 'content-type': 'text/html' }));
  });

  it.each([
    ['I-20', { token_type: 'DPoP' }],
    ['I-20', { token_type: 'dpop' }],
    ['I-21', { cnf: { jkt: 'x'.repeat(43) } }],
    ['I-21', { cnf: {} }],
    ['I-21', { cnf: null }],
  ])('%s a token that is bound to a key: %j', async (id, more) => {
    server.answer = json(active(more));
    const answer = await present(newToken());
    expectVerdict(
      {
        ...caseOf(id),
        expected_error_code: 'confirmation_unsupported',
        expected_www_authenticate: 'Bearer realm="api", error="invalid_token"',
      },
      { answer, reason: api.reason() },
    );
  });

  it('I-23 a token that is revoked while it is remembered', async () => {
    const token = newToken();
    expect((await present(token)).status).toBe(200);
    server.answer = json({ active: false });
    api.now += 29;
    expect((await present(token)).status).toBe(200);
    expect(server.asked).toHaveLength(1);
    api.now += 1;
    expectVerdict(caseOf('I-23'), { answer: await present(token), reason: api.reason() });
    expectVerdict(caseOf('I-23'), { answer: await present(token), reason: api.reason() });
  });

  it('I-24 a token that expires before it would be forgotten', async () => {
    const patient = await startOpaqueFixture(adapter, server, {
      maxAgeSeconds: 300,
      clockToleranceSeconds: 0,
    });
    Logger.overrideLogger(logger);
    const token = newToken();
    server.answer = json(active({ exp: vectors.now + 5 }));
    expect((await present(token, undefined, patient)).status).toBe(200);
    patient.now += 4;
    expect((await present(token, undefined, patient)).status).toBe(200);
    expect(server.asked).toHaveLength(1);
    patient.now += 1;
    const answer = await present(token, undefined, patient);
    expectVerdict(caseOf('I-24'), { answer, reason: patient.reason() });
    await patient.close();
  });

  it('I-26 a failure is not held against a token', async () => {
    const token = newToken();
    server.answer = (response) => response.writeHead(500).end();
    expect((await present(token)).status).toBe(503);
    server.answer = json(active());
    expectVerdict(caseOf('I-26'), { answer: await present(token), reason: api.reason() });
  });

  it('I-27 tokens that begin alike are two tokens', async () => {
    const common = 'A'.repeat(40);
    server.answer = (response, token) => {
      json(active({ sub: `user-${token.slice(-1)}` }))(response, token);
    };
    for (const last of ['x', 'y', 'x', 'y']) {
      const answer = await present(common + last);
      expectVerdict(caseOf('I-27'), { answer, reason: api.reason() });
      expect(JSON.parse(answer.body)).toMatchObject({ sub: `user-${last}` });
    }
    expect(server.asked).toHaveLength(2);
  });

  it('I-28 a hundred at once: one question for one token, and a hundred for a hundred', async () => {
    server.answer = (response, token) => {
      setTimeout(() => {
        json(active({ sub: token }))(response, token);
      }, 100);
    };
    // A hundred take their time on a busy machine, and that is not what is looked at.
    const patient = await startOpaqueFixture(adapter, server, { patienceSeconds: 20 });
    Logger.overrideLogger(logger);
    const subjects = async (tokens: readonly string[]): Promise<readonly unknown[]> => {
      const asked = tokens.map((token) => present(token, undefined, patient));
      const given = await Promise.all(asked);
      for (const answer of given) expectVerdict(caseOf('I-28'), { answer, reason: 'ok' });
      return given.map(({ body }) => (JSON.parse(body) as { sub?: unknown }).sub);
    };
    const one = Array<string>(100).fill(newToken());
    expect(await subjects(one)).toEqual(one);
    expect(server.asked).toHaveLength(1);
    const many = Array.from({ length: 100 }, newToken);
    expect(await subjects(many)).toEqual(many);
    expect(server.asked).toHaveLength(101);
    expect(patient.events.filter(({ type }) => type !== 'auth.authenticated')).toEqual([]);
    await patient.close();
  });

  it.each(['a+b/c==', '0-9._~+/aZ='])('I-29 a token is one parameter: %s', async (token) => {
    const answer = await present(token);
    expectVerdict(caseOf('I-29'), { answer, reason: api.reason() });
    expect(answer.status).toBe(200);
    const parameters = server.asked.map((body) => [...new URLSearchParams(body)]);
    expect(parameters).toEqual([[['token', token]]]);
  });

  it.each(['a+b&token_type_hint=refresh_token', '%00%0d%0a', '<script>', "a#b?c;d'e"])(
    'I-29 what no bearer token is made of is not asked about: %s',
    async (token) => {
      const answer = await present(token);
      expectVerdict(caseOf('I-29'), { answer, reason: api.reason() });
      expect([answer.status, server.asked]).toEqual([401, []]);
    },
  );

  it('I-29 a token with a space is two, and nobody is asked', async () => {
    const answer = await present('a b');
    expectVerdict(caseOf('I-29'), { answer, reason: api.reason() });
    expect([answer.status, server.asked]).toEqual([400, []]);
  });

  it.each(['"4000000000"', '1e400', '-1e400', 'null', '[]', 'true', '{}'])(
    'I-33 an end that is none: %s',
    async (exp) => {
      const body = JSON.stringify(active({ exp: 'EXP' })).replace('"EXP"', exp);
      await expectCase('I-33', json(body));
    },
  );

  it('I-34 scopes in a list are none', async () => {
    for (const scope of [['orders:write'], { 0: 'orders:write' }, 'orders:write '.split('')]) {
      const { status } = await expectCase('I-34', json(active({ scope })), 'POST /opaque');
      expect(status).toBe(403);
    }
  });

  it('I-35 nothing is inherited by "__proto__"', async () => {
    const more =
      '"__proto__":{"admin":true,"scope":"orders:write"},"constructor":{"prototype":{"admin":true}},';
    const body = JSON.stringify(active({ scope: 'x' })).replace('{', `{${more}`);
    const answer = await expectCase('I-35', json(body));
    expect(JSON.parse(answer.body)).toEqual({ sub: 'user-1', scopes: ['x'], admin: false });
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    await expectCase('I-08', json(body), 'POST /opaque');
  });

  it('no answer, event or log line holds a piece of a token, or the secret of the API', () => {
    const scan = new LeakScan([vectors.audience, vectors.issuer_a]).add(...sent, CLIENT_SECRET);
    expect(scan.size).toBeGreaterThan(1000);
    // In that one test, the subject of a token was the token itself.
    const isOurs = ({ body }: RawAnswer): boolean => !body.includes('"sub":"o1-');
    expect(answers.filter(isOurs).length).toBeGreaterThan(80);
    expect(answers.filter(isOurs).flatMap(({ text }) => scan.leaks(text))).toEqual([]);
    expect(logger.lines.length).toBeGreaterThan(0);
    expect(logger.lines.flatMap((line) => scan.leaks(line))).toEqual([]);
    const all = [...events, ...api.events].filter(({ type }) => type !== 'auth.authenticated');
    expect(all.flatMap((each) => scan.leaks(printed(each)))).toEqual([]);
  });
});

it('every case of the group is tested', () => {
  const ids = casesOf('introspection').map(({ id }) => id.slice(2));
  expect(ids.join(' ')).toBe(
    '01 03 04b 06 07 08 09 11 16 17 18 19 19b 14 15 20 21 23 24 26 27 28 29 33 34 35',
  );
});
