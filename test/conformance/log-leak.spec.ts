import { ModulesContainer } from '@nestjs/core';
import { Logger } from '@nestjs/common';
import { AuthGuard, AuthModule, JwksService, RolesGuard, type AuthEvent } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, casesOf, catalogue, privateKeys, tokenOf, vectors } from './catalogue.js';
import { issuerA, issuerB, startFixture, type Fixture } from './fixture.js';
import { LeakScan, printed, secretsOf } from './leak-scan.js';
import { mint } from './minting.js';
import { answerTo, headerValues, pipeline, type RawAnswer } from './raw-socket.js';
import { RecordingLogger } from './recording-logger.js';
import { bearer, request, requestOf, withHeader } from './requests.js';
import { expectVerdict } from './verdict.js';

const SECRET = 'correct-horse-battery-staple-and-more-of-it';
const KNOWN = [vectors.issuer_a, vectors.issuer_b, vectors.audience, 'https://secret.test/'];

/** Every request of the catalogue that is one request, but for the head that Node itself refuses. */
const requests = catalogue.cases
  .flatMap(({ id }) => requestOf(id) ?? [])
  .filter(({ length }) => length < 16_000);
const tokens = requests.flatMap((octets) =>
  [...octets.matchAll(/[\w-]+\.[\w-]*\.[\w-]*/g)].map(([token]) => token),
);

function scanFor(sent: readonly string[]): LeakScan {
  const keys = Object.values(privateKeys).flatMap((key) =>
    Object.values(key).filter((each) => typeof each === 'string'),
  );
  return new LeakScan(KNOWN).add(...sent.flatMap(secretsOf), ...keys, SECRET);
}

describe.each(ADAPTERS)('what an application says on %s', (adapter) => {
  const logger = new RecordingLogger();
  let api: Fixture;

  beforeAll(async () => {
    Logger.overrideLogger(logger);
    const secret = { issuer: 'https://secret.test/', audience: 'api://orders', secret: SECRET };
    api = await startFixture(adapter, { issuers: [issuerA(), issuerB(), secret] });
    // Creating an application without a logger replaced ours.
    Logger.overrideLogger(logger);
  });

  beforeEach(() => {
    api.events.length = 0;
    logger.lines.length = 0;
  });

  afterAll(async () => {
    await api.close();
    Logger.overrideLogger(false);
  });

  const ask = async (octets: string): Promise<RawAnswer> => {
    const answer = await answerTo(api.port, octets);
    return answer;
  };

  const askAll = async (): Promise<readonly RawAnswer[]> => {
    const answers: RawAnswer[] = [];
    for (const octets of requests) answers.push(await ask(octets));
    return answers;
  };

  it('L-02 no answer holds a piece of a credential, a key, a stack, a path or an address', async () => {
    const scan = scanFor(tokens);
    expect(scan.size).toBeGreaterThan(40_000);
    const answers = await askAll();
    expect(answers.length).toBeGreaterThan(150);
    const refusals = answers.filter(({ status }) => status >= 400);
    for (const { text } of refusals) {
      expect(scan.leaks(text)).toEqual([]);
      expect(text).not.toMatch(/\s{4}at |node_modules|\.[jt]s:\d|file:|\/lib\/|127\.0\.0\.1:4100/);
    }
    // What a handler returned is its own affair, and the headers are ours.
    const heads = answers.map(({ text }) => text.slice(0, text.indexOf('\r\n\r\n')));
    expect(heads.flatMap((head) => scan.leaks(head))).toEqual([]);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('L-04 no log line, event, cause or service holds a piece of one', async () => {
    const scan = scanFor(tokens);
    await askAll();
    expect(logger.lines.length).toBeGreaterThan(100);
    expect(logger.lines.flatMap((line) => scan.leaks(line))).toEqual([]);
    expect(api.events.map(withoutPrincipal).flatMap((each) => scan.leaks(printed(each)))).toEqual(
      [],
    );
    const services = [AuthModule, AuthGuard, RolesGuard, JwksService].map((type) =>
      api.app.get<object>(type),
    );
    expect(services.flatMap((each) => scan.leaks(printed(each)))).toEqual([]);
  });

  it('L-04 a principal shows its claims, and no credential', async () => {
    await askAll();
    const credentials = new LeakScan(KNOWN).add(...tokens.flatMap((token) => token.split('.')));
    const principals = api.events.flatMap((each) => ('principal' in each ? [each.principal] : []));
    expect(principals.length).toBeGreaterThan(10);
    expect(principals.flatMap((each) => credentials.leaks(printed(each)))).toEqual([]);
  });

  it('L-05 the secret that is shared with an issuer shows in no provider of the module', () => {
    const scan = new LeakScan(KNOWN).add(SECRET);
    const providers = [...api.app.get(ModulesContainer).values()]
      .filter(({ metatype }) => metatype === AuthModule)
      .flatMap((each) => [...each.providers.values()]);
    expect(providers.length).toBeGreaterThan(5);
    const leaking = providers.filter(({ instance }) => scan.leaks(printed(instance)).length > 0);
    expect(leaking.map(({ name }) => String(name))).toEqual([]);
  });

  it('L-06 what an attacker writes into a header of a token is not repeated', async () => {
    const octets = requestOf('L-06') ?? '';
    const answer = await ask(octets);
    expectVerdict(caseOf('L-06'), { answer, reason: api.reason() });
    expect(answer.text).not.toContain('quoted');
    const scope = await ask(bearer(await mint({ scope: 'x" , error="none' }), 'GET /orders'));
    expect(headerValues(scope, 'www-authenticate')).toEqual([
      'Bearer realm="api", error="insufficient_scope", error_description="The access token does not have the required scope", scope="orders:read"',
    ]);
  });

  it('L-07 the body does not tell why a token is invalid', async () => {
    const [, , signature = ''] = tokenOf('OK-RS256').split('.');
    const causes = [
      tokenOf('J-42'),
      tokenOf('J-75'),
      tokenOf('C-31'),
      tokenOf('C-53'),
      tokenOf('C-71'),
      tokenOf('J-35'),
      tokenOf('J-89'),
      withHeader({ alg: 'RS256', kid: signature, typ: 'at+jwt' }),
    ];
    const answers = await Promise.all(causes.map((token) => ask(bearer(token))));
    const said = answers.map(({ status, body, headers }) => [
      status,
      body,
      ...headers.filter(([name]) => !['date', 'etag', 'x-request-id'].includes(name)),
    ]);
    expect(said).toEqual(said.map(() => said[0]));
    expect((await ask(bearer(tokenOf('C-01')))).body).toContain('"code":"token_expired"');
  });

  it('L-08 events name few outcomes, whatever is sent', async () => {
    const sent = Array.from({ length: 4000 }, (_, index) => {
      const kid = `kid-${String(index)}`;
      return bearer(withHeader({ alg: 'RS256', typ: 'at+jwt', [index % 2 ? 'kid' : 'alg']: kid }));
    });
    for (let start = 0; start < sent.length; start += 2000) {
      await pipeline(api.port, sent.slice(start, start + 2000));
    }
    expect(api.events).toHaveLength(4000);
    // The id of a request tells one from another, and how long it took is measured: neither counts.
    const series = new Set(
      api.events.map((event) =>
        JSON.stringify({ ...withoutPrincipal(event), requestId: '', milliseconds: 0 }),
      ),
    );
    expect(series.size).toBeLessThan(200);
    expect([...series].join()).not.toContain('kid-');
  }, 60_000);

  it('L-09 one event is one line, whatever a token says', async () => {
    const text = 'u\n2027-01-15 INFO login admin ok\r\n\u001b[31m';
    const headers = [{ kid: text }, { kid: 'k', typ: text }, { alg: text }];
    const forged = headers.map((each) => withHeader({ alg: 'RS256', typ: 'at+jwt', ...each }));
    const minted = [{ sub: text, aud: text }, { scope: text, sub: text }, { iss: text }];
    const tokens = [...forged, ...(await Promise.all(minted.map((claims) => mint(claims))))];
    for (const token of tokens) await ask(bearer(token, 'GET /admin'));
    await ask(requestOf('C-75') ?? '');
    expect(logger.lines).toHaveLength(tokens.length);
    // eslint-disable-next-line no-control-regex -- Control characters are what is looked for.
    expect(logger.lines.filter((line) => /[\u0000-\u001f]/.test(line))).toEqual([]);
    expect(logger.lines.join()).not.toContain('login admin');
  });

  it('L-10 no answer to a credential may be stored for others', async () => {
    const answers = [
      await ask(request('GET /me')),
      await ask(bearer(tokenOf('OK-RS256'), 'GET /admin')),
      await ask(bearer('a.b.c')),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 401]);
    expect(answers.map((answer) => headerValues(answer, 'cache-control'))).toEqual([
      ['no-store'],
      ['no-store'],
      ['no-store'],
    ]);
    const { headers } = await ask(bearer(tokenOf('OK-RS256')));
    expect(headers.filter(([, value]) => /public|s-maxage/.test(value))).toEqual([]);
  });
});

/** An event without who it is about: a principal carries the claims, and is looked at by itself. */
function withoutPrincipal(event: AuthEvent): object {
  const { principal, ...others } = { principal: undefined, ...event };
  const caller = { subject: undefined, organizationId: undefined, sessionId: undefined };
  return { ...others, ...('handler' in event && caller), principal: principal?.kind };
}

it('every case of the group is tested', () => {
  const ids = casesOf('log_leak').map(({ id }) => id);
  expect(ids).toEqual(['02', '04', '05', '06', '07', '08', '09', '10'].map((n) => `L-${n}`));
});
