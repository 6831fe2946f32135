import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  EventPattern,
  MessagePattern,
  NatsRecordBuilder,
  RmqRecordBuilder,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { headers as natsHeaders } from 'nats';
import { AuthModule, CurrentUser, Public, type AuthEvent } from '../../../lib/index.js';
import { microservices, withHeaders } from '../../../lib/transports/rpc/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { LeakScan } from '../../conformance/leak-scan.js';
import { RecordingLogger } from '../../conformance/recording-logger.js';
import { moduleOf } from '../http/application.js';
import { named, reachable, startHybrid, TCP, type Carrier, type Reached } from './rpc/carriers.js';

@Controller()
class Api {
  @MessagePattern(named('who'))
  who(@CurrentUser('subject') subject: string): object {
    return { subject };
  }

  @Public()
  @MessagePattern(named('open'))
  open(payload: unknown): object {
    return { payload: payload ?? null };
  }

  @EventPattern(named('happened'))
  happened(payload: unknown): void {
    throw new Error(`It is never handled: ${typeof payload}`);
  }
}

let issuer: TestIssuer;
let token: string;
const events: AuthEvent[] = [];

const begin = async (carrier: Carrier, payloadHeaders?: string): Promise<Reached> => {
  const auth = AuthModule.forRoot({
    issuers: [issuer.options()],
    transports: [microservices({ ...(payloadHeaders !== undefined && { payloadHeaders }) })],
    onEvent: (event) => void events.push(event),
  });
  return startHybrid(carrier, moduleOf({ imports: [auth], controllers: [Api] }));
};

const refusal = async ({ send }: Reached, message: unknown): Promise<unknown> => {
  const { code } = (await send('who', message).catch((error: unknown) => error)) as {
    readonly code?: unknown;
  };
  return code;
};

beforeAll(async () => {
  issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  token = await issuer.token({ sub: 'ann' });
});

afterAll(() => issuer.close());

describe.each(reachable)('payloads by $name', (carrier) => {
  it('hold no credential where that is not declared', async () => {
    const running = await begin(carrier);
    const authorization = `Bearer ${token}`;
    for (const message of [
      ...[{ authorization }, { headers: { authorization } }, { token, access_token: token }],
      ...[{ meta: { headers: { authorization } } }, { user: { subject: 'ann' } }],
      ...[[{ authorization }], authorization, { cookie: `session=${token}` }],
    ]) {
      expect(await refusal(running, message)).toBe('missing_credentials');
    }
    await running.close();
  });
});

for (const carrier of reachable.filter(({ name }) => ['NATS', 'RabbitMQ'].includes(name))) {
  it(`payloads by ${carrier.name}, which has headers, hold no credential wherever that is declared`, async () => {
    const running = await begin(carrier, 'headers');
    const message = { headers: { authorization: `Bearer ${token}` } };
    expect(await refusal(running, message)).toBe('missing_credentials');
    expect(await running.send('open', message)).toEqual({ payload: message });
    await running.close();
  });
}

describe('a payload that is said to hold headers', () => {
  let running: Reached;

  beforeAll(async () => {
    running = await begin(TCP, 'meta.headers');
  });

  afterAll(() => running.close());

  it.each([
    ['nothing', {}],
    ['a text', 'headers'],
    ['a number', 7],
    ['a list', [[['authorization', 'Bearer x']]]],
    ['no object on the way', { meta: 'headers' }],
    ['null on the way', { meta: null }],
    ['a list of headers', { meta: { headers: [['authorization', 'Bearer x']] } }],
    ['a text for headers', { meta: { headers: 'Bearer x' } }],
    ['a number for a token', { meta: { headers: { authorization: 7 } } }],
    ['an object for a token', { meta: { headers: { authorization: { token: 'x' } } } }],
    ['lists within lists', { meta: { headers: { authorization: [[['Bearer x']]] } } }],
    ['a prototype', JSON.parse('{"__proto__":{"meta":{"headers":{"authorization":"Bearer x"}}}}')],
    [
      'a prototype of headers',
      { meta: { headers: JSON.parse('{"__proto__":{"authorization":"Bearer x"}}') as object } },
    ],
  ])('holds none in %s', async (_, message: unknown) => {
    expect(await refusal(running, message)).toBe('missing_credentials');
  });

  it('holds two in a list', async () => {
    const authorization = [`Bearer ${token}`, `Bearer ${token}`];
    expect(await refusal(running, { meta: { headers: { authorization } } })).toBe(
      'invalid_request',
    );
  });

  it('is relieved of them before a public handler, too', async () => {
    const message = { page: 1, meta: { headers: { authorization: `Bearer ${token}` } } };
    expect(await running.send('open', message)).toEqual({ payload: { page: 1 } });
  });
});

it('K11: neither answers nor logs say anything of what was sent', async () => {
  const logger = new RecordingLogger();
  const [bad] = token.split('.');
  const forged = `${bad ?? ''}.${'B'.repeat(60)}.${'C'.repeat(86)}`;
  const expired = await issuer.token({
    sub: 'a-subject-that-is-long',
    exp: 1_700_000_000,
    iat: 1_600_000_000,
  });
  for (const carrier of reachable) {
    const running = await begin(carrier, 'meta.headers');
    running.app.useLogger(logger);
    for (const credential of [forged, expired, `${token}x`]) {
      const headers = {
        authorization: `Bearer ${credential}`,
        'x-secret': 'a-header-that-is-secret',
      };
      const message = (): unknown => carrier.message({ what: 'a-payload-that-is-secret' }, headers);
      const answer: unknown = await running.send('who', message()).catch((error: unknown) => error);
      expect(answer).toMatchObject({ statusCode: 401 });
      logger.log(JSON.stringify(answer));
      events.length = 0;
      running.client.emit(named('happened'), message()).subscribe();
      while (!events.some(({ type }) => type === 'auth.denied')) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    await running.close();
  }
  const scan = new LeakScan([]).add(forged, expired, token);
  scan.add('a-payload-that-is-secret', 'a-header-that-is-secret', 'a-subject-that-is-long');
  // Nest 12 logs what an event is refused with: not why, which tells of somebody.
  expect(logger.lines.join('\n')).not.toContain('InvalidCredential');
  expect(logger.lines.flatMap((line) => scan.leaks(line))).toEqual([]);
});

describe('withHeaders', () => {
  it('copies: who sends again with what was copied from sends nobody’s credential', () => {
    const rmq = new RmqRecordBuilder({})
      .setOptions({ headers: { Authorization: 'old', kept: '1' } })
      .build();
    const sent = withHeaders(rmq, { authorization: 'Bearer a' });
    expect(sent.options?.headers).toEqual({ authorization: 'Bearer a', kept: '1' });
    expect(rmq.options?.headers).toEqual({ Authorization: 'old', kept: '1' });
    const given = natsHeaders();
    given.set('Authorization', 'old');
    given.append('kept', '1');
    const nats = new NatsRecordBuilder({}).setHeaders(given).build();
    const copy = withHeaders(nats, { authorization: 'Bearer a' });
    expect([...(copy.headers as typeof given)]).toEqual([
      ['kept', ['1']],
      ['authorization', ['Bearer a']],
    ]);
    expect(given.get('Authorization')).toBe('old');
    const payload = { page: 1, meta: { headers: { AUTHORIZATION: 'old' }, size: 2 } };
    expect(withHeaders(payload, { authorization: 'Bearer a' }, 'meta.headers')).toEqual({
      page: 1,
      meta: { headers: { authorization: 'Bearer a' }, size: 2 },
    });
    expect(payload.meta.headers).toEqual({ AUTHORIZATION: 'old' });
  });

  it('refuses what has no headers', () => {
    expect(() => withHeaders({}, {})).toThrow(/Give it a record/);
    expect(() => withHeaders(new NatsRecordBuilder({}).build(), {})).toThrow(/headers\(\)/);
    expect(() => withHeaders({ meta: 'text' }, {}, 'meta.headers')).toThrow(/path through/);
  });
});

describe('microservices()', () => {
  it.each([
    ['given no options', () => microservices(null as never)],
    ['payloadHeader', () => microservices({ payloadHeader: 'headers' } as never)],
    ['is no path', () => microservices({ payloadHeaders: '' })],
    ['is no path', () => microservices({ payloadHeaders: 7 as never })],
  ])('refuses to boot: %s', (said, make) => {
    expect(make).toThrow(said);
    expect(make).toThrow(/microservices\(\{ payloadHeaders: 'headers' \}\)/);
  });

  it('is needed by a handler of messages that is not public', async () => {
    const root = moduleOf({
      imports: [AuthModule.forRoot({ issuers: [issuer.options()] })],
      controllers: [Api],
    });
    const begun = NestFactory.createMicroservice<MicroserviceOptions>(root, {
      ...{ transport: Transport.TCP, logger: false, abortOnError: false },
    }).then((app) => app.init());
    await expect(begun).rejects.toThrow(/Api\.who.*reached by rpc.*nestjs-portcullis\/rpc/s);
  });
});
