import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { ApiKeyRecord, AuthEvent } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import {
  craftKey,
  handledKeys,
  keyed,
  PREFIX,
  recordOf,
  startKeyFixture,
  type KeyFixture,
} from './apikey-fixture.js';
import { caseOf, casesOf, tokenOf, vectors } from './catalogue.js';
import { withoutVainChallenge } from './exceptions.js';
import { collector } from './garbage-collector.js';
import { LeakScan, printed } from './leak-scan.js';
import { answerTo, headerValues, pipeline, type RawAnswer } from './raw-socket.js';
import { RecordingLogger } from './recording-logger.js';
import { request } from './requests.js';
import { expectVerdict } from './verdict.js';

const MEGABYTE = 1024 * 1024;
const ID = '0123456789abcdef';
const SECRET = '5a'.repeat(32);
const digits = (bytes: number): string => randomBytes(bytes).toString('hex');

describe.each(ADAPTERS)('API keys on %s', (adapter) => {
  const logger = new RecordingLogger();
  /** Every key that was sent or made, for the scan at the end. */
  const sent: string[] = [];
  const answers: RawAnswer[] = [];
  const events: AuthEvent[] = [];
  let api: KeyFixture;
  let key: string;
  let record: ApiKeyRecord;

  beforeAll(async () => {
    api = await startKeyFixture(adapter);
    // Creating an application without a logger replaced whatever was there.
    Logger.overrideLogger(logger);
  });

  beforeEach(async () => {
    events.push(...api.events.splice(0));
    api.store.instead = undefined;
    api.now = vectors.now;
    ({ key, record } = await api.keys.create({ subject: 'A', scopes: ['orders:write'] }));
    sent.push(key);
  });

  afterAll(async () => {
    await api.close();
    Logger.overrideLogger(false);
  });

  const ask = async (octets: string): Promise<RawAnswer> => {
    const answer = await answerTo(api.port, octets);
    answers.push(answer);
    return answer;
  };
  const present = (value: string, target?: string): Promise<RawAnswer> => {
    sent.push(value);
    return ask(keyed(value, target));
  };
  /** Sends a request of a case, which must not reach its handler, and then a good one, which must. */
  const expectCase = async (id: string, octets: string): Promise<RawAnswer> => {
    const before = handledKeys();
    const answer = await ask(octets);
    expectVerdict(withoutVainChallenge(caseOf(id)), { answer, reason: api.reason() });
    expect(handledKeys()).toBe(before);
    return answer;
  };
  const expectRefused = (id: string, value: string): Promise<RawAnswer> => {
    sent.push(value);
    return expectCase(id, keyed(value));
  };
  const expectGood = async (value: string, sub: string): Promise<void> => {
    const answer = await present(value);
    expect([answer.status, api.reason()]).toEqual([200, 'ok']);
    expect(JSON.parse(answer.body)).toEqual({ sub, kind: 'apiKey' });
  };

  it('a good key enters', async () => {
    await expectGood(key, 'A');
    expect((await present(key, 'POST /key')).status).toBe(200);
  });

  it('A-01 no key', async () => {
    await expectCase('A-01', request('GET /key'));
  });

  it('A-02 a key that nobody knows, well formed or not', async () => {
    await expectRefused('A-02', craftKey(digits(8), digits(32)));
    await expectRefused('A-02', digits(32));
    await expectRefused('A-02', randomBytes(32).toString('base64url'));
  });

  it('A-03 a revoked key is told what an unknown one is', async () => {
    await api.keys.revoke(record.id);
    const revoked = await expectRefused('A-03', key);
    expect(api.reason()).toBe('api_key_revoked');
    const unknown = await expectRefused('A-02', craftKey(digits(8), digits(32)));
    expect(api.reason()).toBe('api_key_unknown');
    expect(revoked.body).toBe(unknown.body);
    const own = ['date', 'x-request-id'];
    const told = ({ headers }: RawAnswer): unknown =>
      headers.filter(([name]) => !own.includes(name));
    expect(told(revoked)).toEqual(told(unknown));
  });

  it('A-04 a key that expires this very moment', async () => {
    const ending = await api.keys.create({ subject: 'A', expiresInSeconds: 100 });
    api.now += 99;
    await expectGood(ending.key, 'A');
    api.now += 1;
    await expectRefused('A-04', ending.key);
    expect(api.reason()).toBe('api_key_expired');
  });

  it('A-05 the right id, and another secret', async () => {
    await expectRefused('A-05', craftKey(record.id, digits(32)));
    expect(api.reason()).toBe('api_key_mismatch');
    // Without the checksum that belongs to it, the store is not asked.
    const { asked } = api.store;
    await expectRefused('A-05', `${PREFIX}_${record.id}_${digits(36)}`);
    expect([api.reason(), api.store.asked]).toEqual(['api_key_malformed', asked]);
    // The old key under another prefix is another key.
    await expectRefused('A-05', key.replace(PREFIX, 'portcullis_production'));
  });

  it('A-08 a key in another letter case, even where the store does not mind', async () => {
    api.store.instead = (id) => api.store.kept(id.toLowerCase());
    await expectGood(key, 'A');
    for (const other of [
      key.toUpperCase(),
      PREFIX + key.slice(PREFIX.length).toUpperCase(),
      key.replace(PREFIX, PREFIX.toUpperCase()),
      key.slice(0, -1) + key.slice(-1).toUpperCase(),
      craftKey(record.id.toUpperCase(), SECRET),
    ]) {
      if (other !== key) await expectRefused('A-08', other);
    }
  });

  it('A-09 an empty header', async () => {
    await expectCase('A-09', request('GET /key', ['X-API-Key:']));
    await expectCase('A-09', request('GET /key', ['X-API-Key:    ']));
  });

  it('A-10 two headers, of one key or of two', async () => {
    const other = await api.keys.create({ subject: 'B' });
    sent.push(other.key);
    for (const second of [other.key, key, 'x', '']) {
      const both = [`X-API-Key: ${key}`, `x-api-key: ${second}`];
      await expectCase('A-10', request('GET /key', both));
    }
  });

  it('A-12 a key of one, and a token of another: neither of them', async () => {
    const both = [`X-API-Key: ${key}`, `Authorization: Bearer ${tokenOf('OK-RS256')}`];
    await expectCase('A-12', request('GET /key', both));
    await expectCase('A-12', request('GET /key', both.reverse()));
  });

  it.each([257, 1024, 4096, 15_000])('A-13 a key of %i characters', async (length) => {
    const { asked } = api.store;
    await expectRefused('A-13', 'k'.repeat(length));
    await expectRefused('A-13', key.padEnd(length, '0'));
    expect(api.store.asked).toBe(asked);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no store');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no store'))],
    ['does not answer', () => new Promise<never>(() => undefined)],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- As careless drivers do.
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('A-16 a store that %s', async (_, find) => {
    api.store.instead = find;
    const answer = await expectCase('A-16', keyed(key));
    expect(headerValues(answer, 'retry-after')).toEqual(['1']);
    api.store.instead = undefined;
    await expectGood(key, 'A');
  });

  it('A-17 a store that gives the record of another key', async () => {
    const other = await api.keys.create({ subject: 'B' });
    const found = await api.store.kept(other.record.id);
    api.store.instead = () => found;
    await expectRefused('A-17', key);
    // The right digest under another id is the record of another key all the same.
    const mine = await api.store.kept(record.id);
    api.store.instead = () => ({ ...mine, id: other.record.id }) as ApiKeyRecord;
    await expectRefused('A-17', key);
  });

  it.each([
    ['as base64', (hash: string) => Buffer.from(hash, 'hex').toString('base64')],
    ['of SHA-512', (hash: string) => hash + hash],
    ['cut short', (hash: string) => hash.slice(0, 32)],
    ['in capitals', (hash: string) => hash.toUpperCase()],
    ['empty', () => ''],
    ['as bytes', (hash: string) => Buffer.from(hash, 'hex')],
    ['missing', () => undefined],
    ['null', () => null],
  ])('A-19 a digest %s', async (_, spell) => {
    api.store.instead = () => ({ ...record, hash: spell(record.hash) }) as ApiKeyRecord;
    await expectRefused('A-19', key);
  });

  it.each([new Date(Number.NaN), Number.NaN, 'never', '', '4000000000', true, {}, -Infinity])(
    'A-20 an end that is none: %p',
    async (expiresAt) => {
      api.store.instead = () => ({ ...record, expiresAt }) as ApiKeyRecord;
      await expectRefused('A-20', key);
      expect(api.reason()).toBe('api_key_expired');
    },
  );

  it('A-21 revoked after it entered: refused at once, for nothing is remembered', async () => {
    await expectGood(key, 'A');
    await api.keys.revoke(record.id);
    await expectRefused('A-21', key);
    await expectRefused('A-21', key);
  });

  it('A-24 an address that a header claims is not the one it comes from', async () => {
    const away = await api.keys.create({ subject: 'A', allowedAddresses: ['203.0.113.7'] });
    sent.push(away.key);
    for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP']) {
      const value = header === 'Forwarded' ? 'for=203.0.113.7' : '203.0.113.7';
      const octets = request('GET /key', [`X-API-Key: ${away.key}`, `${header}: ${value}`]);
      await expectCase('A-24', octets);
    }
    for (const allowed of ['127.0.0.1', '127.0.0.0/8', '::ffff:127.0.0.1', '::ffff:7f00:1']) {
      const near = await api.keys.create({ subject: 'A', allowedAddresses: [allowed] });
      await expectGood(near.key, 'A');
    }
  });

  it('A-25 who is calling is never read from the body', async () => {
    const body = '{"userId":"victim","subject":"victim"}';
    const headers = ['Content-Type: application/json', `Content-Length: ${String(body.length)}`];
    await expectCase('A-25', request('POST /key', headers, body));
  });

  it('A-26 a good key without the scope', async () => {
    const bare = await api.keys.create({ subject: 'A', scopes: [] });
    sent.push(bare.key);
    await expectCase('A-26', keyed(bare.key, 'POST /key'));
    await expectGood(bare.key, 'A');
  });

  it('A-27 ten thousand wrong keys are refused, and nothing is kept of them', async () => {
    const collect = collector();
    const wrong = (): string => keyed(craftKey(digits(8), digits(32)));
    const attack = async (count: number): Promise<void> => {
      const requests = Array.from({ length: count }, (_, n) =>
        n % 2 ? wrong() : keyed(digits(32)),
      );
      const refusals = await pipeline(api.port, requests);
      expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([401]));
      api.events.length = 0;
    };
    await attack(2000);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < 5; round += 1) {
      await attack(2000);
      await expectGood(key, 'A');
    }
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5 * MEGABYTE);
  }, 60_000);

  it('A-28 two keys that begin alike, and one of them revoked', async () => {
    const ids = ['0123456789ab0001', '0123456789ab0002'] as const;
    const [gone, good] = ids.map((id) => craftKey(id, SECRET)) as [string, string];
    api.store.insert(recordOf(ids[0], gone));
    api.store.insert(recordOf(ids[1], good));
    expect(gone.slice(0, PREFIX.length + 13)).toBe(good.slice(0, PREFIX.length + 13));
    await api.keys.revoke(ids[0]);
    await expectRefused('A-28', gone);
    await expectGood(good, `holder of ${ids[1]}`);
  });

  it('no answer, event or log line holds a piece of a key', async () => {
    await ask(keyed(craftKey(ID, SECRET)));
    const secrets = sent.map((each) => each.replace(`${PREFIX}_`, '').slice(17)).filter(Boolean);
    // The id by which a key is found is no secret, and events tell it.
    const ids = [...events, ...api.events].flatMap((each) =>
      each.type === 'credential.created' ? [each.id] : [],
    );
    const scan = new LeakScan([PREFIX, ...ids]).add(
      ...secrets,
      ...sent.filter((each) => !each.includes(PREFIX)),
    );
    expect(scan.size).toBeGreaterThan(1000);
    expect(answers.length).toBeGreaterThan(60);
    expect(answers.flatMap(({ text }) => scan.leaks(text))).toEqual([]);
    expect(logger.lines.length).toBeGreaterThan(0);
    expect(logger.lines.flatMap((line) => scan.leaks(line))).toEqual([]);
    expect([...events, ...api.events].flatMap((each) => scan.leaks(printed(each)))).toEqual([]);
  });
});

it('every case of the group is tested', () => {
  const ids = casesOf('apikey').map(({ id }) => id.slice(2));
  // A-15 is beside this file, for it measures.
  expect(ids.join(' ')).toBe('01 02 03 04 05 08 09 10 12 13 15 16 17 19 20 21 24 25 26 27 28');
});
