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

function statusOf(pasted: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(pasted)?.[1]);
}
