import { RedisService } from './redis-service.js';
import { RunningSample } from './running-sample.js';

/** What `npm run start:credentials` prints: of users, of a service, of a partner, and at the end. */
const OF_CREDENTIALS = [
  ...[401, 200, 401, 401, 401, 200, 200, 403, 201, 403],
  ...[200, 403, 401, 201, 201, 200, 204, 401],
  ...[200, 401, 204, 401],
  ...[204, 401, 204, 401],
];

/** What `npm run start:multi-tenant` prints. */
const OF_TENANTS = [
  401, 200, 200, 404, 201, 403, 404, 204, 200, 403, 401, 403, 201, 200, 200, 401, 200,
];

const OF_BEARER = /^WWW-Authenticate: Bearer realm="api"\r$/m;
const OF_ANY_KIND = /^WWW-Authenticate: (?:Bearer|ApiKey|Basic) realm="api"/m;

/** What `npm run start:service-to-service` prints: of users, of the issuer, and at the end. */
const OF_SERVICES = [
  ...[401, 200, 200, 200, 404, 401, 403, 200],
  ...[204, 403, 204, 200, 503, 204],
  ...[200, 502],
];

/** It is used again when the others are over: until then the storefront has to leave the issuer alone. */
let services: RunningSample | undefined;

describe('npm run start:service-to-service', () => {
  /** What each command printed, by its comment. */
  const answers = new Map<string, string>();
  let sample: RunningSample;

  beforeAll(async () => {
    sample = await RunningSample.start('npm run start:service-to-service', OF_SERVICES.length);
    services = sample;
  }, 120_000);

  it('prints commands for every kind of answer', () => {
    expect(sample.printed.map(({ expected }) => expected)).toEqual(OF_SERVICES);
  });

  it('prints commands that give what is said, when they are pasted', async () => {
    for (const { expected, comment, command } of sample.printed.slice(0, -2)) {
      const pasted = await sample.paste(command);
      answers.set(comment, pasted);
      expect([comment, statusOf(pasted)]).toEqual([comment, expected]);
    }
  });

  it.each([
    [
      'billing knows Ann, and that the storefront asks for her',
      '"user":"Ann","calledBy":"storefront","actors":["storefront"]',
    ],
    ['whatever else she says she is', '"user":"Ann","calledBy":"storefront"'],
    [
      'support acts as Ann, and the storefront for support',
      '"calledBy":"storefront","actors":["storefront","support-7"]',
    ],
    [
      'Bob is; billing sees the storefront alone',
      '"total":235,"kind":"service","calledBy":"storefront"',
    ],
    ["Bob's was not: Retry-After says when to ask again", 'Retry-After: '],
  ])('shows that %s', (comment, shown) => {
    expect(answers.get(comment)).toContain(shown);
  });

  it('lets the id of a request be read in the logs of both services', async () => {
    const { command } = printedAs(sample, 'billing knows Ann');
    const pasted = await sample.paste(`${command} -H "X-Request-ID: order-4711"`);
    expect(pasted).toContain('X-Request-ID: order-4711\r\n');
    await sample.prints('\nstorefront order-4711 GET /orders/1/invoice 200 ann\n');
    await sample.prints('\nbilling order-4711 GET /invoices/1 200 ann\n');
  });

  it('believes no client that sends what is no id', async () => {
    const [, id = ''] =
      /^X-Request-ID: ([\da-f-]{36})\r$/m.exec(
        answers.get('whatever else she says she is') ?? '',
      ) ?? [];
    expect(id).not.toBe('');
    await sample.prints(`\nbilling ${id} GET /invoices/1 200 ann\n`);
  });
});

describe.each([
  {
    script: 'start',
    statuses: [401, 200, 200, 403, 200, 403, 200, 200],
    shown: '"organizationId":"acme","roles":["member"]',
    challenge: OF_BEARER,
  },
  {
    script: 'start:policies',
    statuses: [200, 200, 403, 200, 404, 403, 200],
    shown: '"title":"Dreams"',
    challenge: OF_BEARER,
  },
  {
    script: 'start:multi-tenant',
    statuses: OF_TENANTS,
    shown: '"workspace":"acme","name":"glider"',
    challenge: OF_ANY_KIND,
  },
  {
    script: 'start:credentials',
    statuses: OF_CREDENTIALS,
    shown: '"total":70,"writtenBy":"ann"',
    challenge: OF_ANY_KIND,
  },
])('npm run $script', ({ script, statuses, shown, challenge }) => {
  let sample: RunningSample;

  beforeAll(async () => {
    sample = await RunningSample.start(`npm run ${script}`, statuses.length);
  }, 120_000);

  afterAll(() => {
    sample.stop();
  });

  it('prints commands for every kind of answer', () => {
    expect(sample.printed.map(({ expected }) => expected)).toEqual(statuses);
  });

  it('prints commands that give what is said, when they are pasted', async () => {
    let all = '';
    for (const { expected, command } of sample.printed) {
      const pasted = await sample.paste(command);
      all += pasted;
      expect([command, statusOf(pasted)]).toEqual([command, expected]);
      if (expected === 401) expect(pasted).toMatch(challenge);
    }
    expect(all).toContain(shown);
  });
});

const redis = await RedisService.find();

(redis ? describe : describe.skip)('two instances of start:credentials that share a Redis', () => {
  const running: RunningSample[] = [];

  beforeAll(async () => {
    const first = await start('npm run start:credentials');
    const [, issuer = ''] = /AUTH_ISSUER=(\S+)/.exec(first.output) ?? [];
    // Compiled by now.
    await start('node sample/02-credentials/dist/main.js', { AUTH_ISSUER: issuer });
  }, 240_000);

  afterAll(async () => {
    for (const each of running) each.stop();
    expect(await redis?.clean()).toBeGreaterThan(0);
  });

  it.each([
    ['a key', '# 200: a service, by its key', '# 204: unless it is revoked'],
    ['a token', '# 200: a partner, by an opaque token', '# 204: an admin revokes its tokens'],
    ['a session', '# 401: and the session is gone', '# 204: the admin logs out'],
  ])('refuse at once %s that the other one revoked', async (_what, use, revoke) => {
    const [first, second] = running as [RunningSample, RunningSample];
    const commandBelow = (comment: string): string => {
      const lines = first.output.split('\n');
      return lines[lines.indexOf(comment) + 1] ?? '';
    };
    const there = commandBelow(use).replaceAll(first.url, second.url);

    const before = await second.paste(there);
    const revoked = await first.paste(commandBelow(revoke));
    const after = await second.paste(there);

    expect([before, revoked, after].map(statusOf)).toEqual([200, 204, 401]);
  });

  async function start(
    commandLine: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<RunningSample> {
    const shared = { REDIS_URL: redis?.url ?? '', KEY_PREFIX: redis?.keyPrefix ?? '' };
    const environment = { ...shared, ...more };
    const { length } = OF_CREDENTIALS;
    const sample = await RunningSample.start(commandLine, length, environment);
    running.push(sample);
    return sample;
  }
});

describe('start:service-to-service, when it is over', () => {
  it("recovers by itself, and tells billing's outage in its own words", async () => {
    if (!services) throw new Error('It was not started');
    const recovered = await services.paste(printedAs(services, 'and recovers by itself').command);
    expect(recovered).toMatch(/HTTP\/1.1 200 OK\r\n[^]*"user":"Bob","calledBy":"storefront"/);
    const alone = await services.paste(printedAs(services, 'billing crashes').command);
    expect([statusOf(alone), alone]).toEqual([
      502,
      expect.stringContaining('"message":"Billing cannot be reached. Try again later."'),
    ]);
  }, 60_000);

  it('ends with a signal, and so does every process of it', async () => {
    await expect(services?.stopped()).resolves.toBeUndefined();
    services = undefined;
  });

  afterAll(() => {
    services?.stop();
  });
});

function printedAs({ printed }: RunningSample, comment: string): RunningSample['printed'][number] {
  const found = printed.find((each) => each.comment.startsWith(comment));
  if (found) return found;
  throw new Error(`It prints nothing about: ${comment}`);
}

function statusOf(pasted: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(pasted)?.[1]);
}
