import { Controller, Get, Req } from '@nestjs/common';
import * as portcullis from '../../lib/index.js';
import { CurrentUser, type Principal } from '../../lib/index.js';
import { TestIssuer } from '../../lib/testing/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, casesOf, tokenOf, vectors, type Case } from './catalogue.js';
import { FixtureApi, issuerA, startFixture, type Fixture } from './fixture.js';
import { collector } from './garbage-collector.js';
import { mint } from './minting.js';
import { answerTo, pipeline, type RawAnswer } from './raw-socket.js';
import { bearer } from './requests.js';
import { expectVerdict, type Outcome } from './verdict.js';

/** A handler that tries to give its caller another role. */
@Controller()
class MutatingApi {
  @Get('mutate')
  mutate(@CurrentUser() user: Principal, @Req() request: { user: Principal }): object {
    const attempts = [
      () => (user.roles as unknown as string[]).push('admin'),
      () => (user.roles as unknown as Set<string>).add('admin'),
      () => Set.prototype.add.call(user.roles, 'admin'),
      () => Reflect.set(user, 'roles', new Set(['admin'])),
      () => Reflect.set(user.claims, 'roles', ['admin']),
      () => (user.claims['roles'] as string[]).push('admin'),
      () => Reflect.set(request, 'user', { ...user, roles: new Set(['admin']) }),
    ];
    return { done: attempts.map(succeeds) };
  }
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

const subjectOf = (answer: RawAnswer): unknown => (JSON.parse(answer.body) as { sub: string }).sub;

describe.each(ADAPTERS)('remembered tokens on %s', (adapter) => {
  let api: Fixture;

  beforeAll(async () => {
    api = await startFixture(adapter, { controllers: [FixtureApi, MutatingApi] });
  });

  beforeEach(() => {
    api.events.length = 0;
    api.now = vectors.now;
  });

  afterAll(() => api.close());

  const ask = async (octets: string, of = api): Promise<Outcome> => {
    const answer = await answerTo(of.port, octets);
    return { answer, reason: of.reason() };
  };

  it('X-02 a lifetime that is not finite, or huge', async () => {
    expectVerdict(caseOf('X-02'), await ask(bearer(tokenOf('C-13'))));
    const huge = bearer(await mint({ exp: 1e12 }));
    expect([(await ask(huge)).reason, (await ask(huge)).reason]).toEqual(['ok', 'ok']);
  });

  it('X-04 a key that is withdrawn takes what it verified along', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const issuers = [issuer.options({ jwksUri: `${issuer.issuer}/jwks` })];
    const auth = { clock: issuer.clock };
    const remote = await startFixture(adapter, { issuers, auth });
    try {
      const octets = bearer(await issuer.token());
      expect([await ask(octets, remote), await ask(octets, remote)]).toMatchObject([
        { reason: 'ok' },
        { reason: 'ok' },
      ]);
      await issuer.rotate({ withdraw: true });
      await remote.app.get(portcullis.JwksService).refresh();
      expectVerdict(caseOf('X-04'), await ask(octets, remote));
    } finally {
      await remote.close();
      await issuer.close();
    }
  });

  it('X-05 tokens that begin and end alike are told apart', async () => {
    const tokens = await Promise.all(['ann', 'bob'].map((sub) => mint({ sub }, 'RS256')));
    const [one = '', other = ''] = tokens;
    expect(one.slice(0, 80)).toBe(other.slice(0, 80));
    for (let count = 0; count < 2; count += 1) {
      expect(subjectOf((await ask(bearer(one))).answer)).toBe('ann');
      expect(subjectOf((await ask(bearer(other))).answer)).toBe('bob');
    }
    // The same last 16 characters: of the one, remembered, under the claims of the other.
    const [header = '', payload = '', signature = ''] = other.split('.');
    const forged = [header, payload, signature.slice(0, -16) + one.slice(-16)].join('.');
    expect((await ask(bearer(forged))).reason).toBe('invalid_signature');
  });

  it('X-06 a remembered payload with another signature', async () => {
    expect((await ask(bearer(tokenOf('OK-RS256')))).reason).toBe('ok');
    expectVerdict(caseOf('X-06'), await ask(bearer(tokenOf('J-42'))));
    expectVerdict(caseOf('X-06'), await ask(bearer(tokenOf('J-42'))));
    expect((await ask(bearer(tokenOf('OK-RS256')))).reason).toBe('ok');
  });

  it('X-07 a remembered token in another spelling', async () => {
    const token = await mint({}, 'EdDSA');
    expect((await ask(bearer(token))).reason).toBe('ok');
    for (const respelt of [`${token}==`, `${token}=`, `${token.slice(0, -1)}${next(token)}`]) {
      expectVerdict(caseOf('X-07'), await ask(bearer(respelt)));
    }
  });

  it('X-09 a token that is bound to a key is not remembered', async () => {
    const octets = bearer(await mint({ cnf: { jkt: 'x'.repeat(43) } }));
    for (let count = 0; count < 2; count += 1) {
      const { answer, reason } = await ask(octets);
      expect([answer.status, reason]).toEqual([401, 'confirmation_unsupported']);
    }
  });

  it('X-10 a token of another audience beside a remembered one', async () => {
    expect(Object.keys(portcullis).filter((name) => /audience/i.test(name))).toEqual([]);
    expect((await ask(bearer(await mint()))).reason).toBe('ok');
    expectVerdict(caseOf('X-10'), await ask(bearer(await mint({ aud: 'api://other' }))));
  });

  it('X-11 what a handler does to its caller changes nothing for the next request', async () => {
    const token = await mint({ sub: 'mutator' });
    const { answer } = await ask(bearer(token, 'GET /mutate'));
    expect(answer.status).toBe(200);
    const expected: Case = { ...caseOf('X-11'), expected_www_authenticate: null };
    expectVerdict(expected, await ask(bearer(token, 'GET /admin')));
    expect(JSON.parse((await ask(bearer(token))).answer.body)).toEqual({
      sub: 'mutator',
      roles: ['user'],
    });
  });

  it('X-13 an outage is not remembered', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const { port } = new URL(issuer.issuer);
    const issuers = [issuer.options({ jwksUri: `${issuer.issuer}/jwks` })];
    const octets = bearer(await issuer.token());
    await issuer.close();
    let recovered: TestIssuer | undefined;
    let elapsed = 0;
    const auth = { keySets: { hydrate: 'lazy' }, clock: () => Date.now() + elapsed } as const;
    const remote = await startFixture(adapter, { issuers, auth });
    try {
      expect(await ask(octets, remote)).toMatchObject({
        answer: { status: 503 },
        reason: 'issuer_unavailable',
      });
      recovered = await TestIssuer.start({ algorithms: ['ES256'], port: Number(port) });
      elapsed = 31_000;
      const fresh = bearer(await recovered.token());
      expectVerdict(caseOf('X-13'), await ask(fresh, remote));
      // Signed by a key that is gone since: that is the token's fault, and not an outage.
      expect((await ask(octets, remote)).answer.status).toBe(401);
    } finally {
      await remote.close();
      await recovered?.close();
    }
  });

  it('X-14 a clock that is set back makes no entry last', async () => {
    const octets = bearer(await mint({ sub: 'eternal', iat: vectors.now - 7200 }));
    expectVerdict(caseOf('X-14'), await ask(octets));
    api.now = vectors.now - 3600;
    expectVerdict(caseOf('X-14'), await ask(octets));
    api.now = vectors.now + 361;
    expect((await ask(octets)).reason).toBe('token_expired');
  });

  it('X-15 an audience that is a regular expression does not boot', async () => {
    const audience = /api/g as unknown as string;
    await expect(startFixture(adapter, { issuers: [issuerA({ audience })] })).rejects.toThrow(
      portcullis.AuthConfigurationError,
    );
  });
});

/** The last character of a token, with one of the bits flipped that stand for nothing. */
function next(token: string): string {
  return String.fromCharCode(token.charCodeAt(token.length - 1) + 1);
}

describe('X-12 a flood of distinct tokens', () => {
  const gc = collector();

  it.each(ADAPTERS)(
    'junk and good ones do not fill the memory on %s',
    async (adapter) => {
      const api = await startFixture(adapter, {
        auth: { tokenCache: { maxEntries: 100 }, onEvent },
      });
      try {
        const token = await mint();
        const flood = async (first: number): Promise<void> => {
          const junk = Array.from({ length: 2000 }, (_, index) => junkOf(token, first + index));
          const answers = await pipeline(
            api.port,
            junk.map((each) => bearer(each)),
          );
          expect(answers.filter(({ status }) => status !== 401)).toEqual([]);
        };
        await flood(0);
        gc();
        const before = process.memoryUsage().heapUsed;
        for (let first = 2000; first < 8000; first += 2000) await flood(first);
        gc();
        // As many remembered tokens would take 24 MB.
        expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1024 * 1024);
        const answer = await answerTo(api.port, bearer(token));
        expect(answer.status).toBe(200);
      } finally {
        await api.close();
      }
    },
    60_000,
  );

  it.each(ADAPTERS)(
    'no more good tokens are remembered than were allowed on %s',
    async (adapter) => {
      let principals: WeakRef<Principal>[] = [];
      const remember = (event: portcullis.AuthEvent): void => {
        if (event.type === 'auth.authenticated') principals.push(new WeakRef(event.principal));
      };
      const auth = { tokenCache: { maxEntries: 100 }, onEvent: remember };
      const api = await startFixture(adapter, { auth });
      try {
        const tokens = await Promise.all(
          Array.from({ length: 2000 }, (_, index) => mint({ sub: `user-${String(index)}` })),
        );
        const answers = await pipeline(
          api.port,
          tokens.map((token) => bearer(token)),
        );
        expect(answers.map(subjectOf)).toEqual(tokens.map((_, index) => `user-${String(index)}`));
        await new Promise((resolve) => setTimeout(resolve, 50));
        gc();
        // The connection may hold on to the last few.
        expect(principals.filter((each) => each.deref()).length).toBeLessThanOrEqual(200);
      } finally {
        principals = [];
        await api.close();
      }
    },
  );
});

const onEvent = (): void => undefined;

/** Another signature for each number, in canonical spelling. */
function junkOf(token: string, index: number): string {
  const [header = '', payload = ''] = token.split('.');
  const signature = Buffer.alloc(64, 7);
  signature.writeUInt32BE(index, 0);
  return [header, payload, signature.toString('base64url')].join('.');
}

it('every case of the group is tested', () => {
  const ids = casesOf('cache').map(({ id }) => id);
  expect(ids).toEqual(
    ['02', '04', '05', '06', '07', '09', '10', '11', '12', '13', '14', '15'].map((n) => `X-${n}`),
  );
});
