import { Controller, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  KafkaContext,
  KafkaHeaders,
  MessagePattern,
  Payload,
  ServerKafka,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import type {
  EachMessagePayload,
  IHeaders,
  Message,
  ProducerRecord,
  RecordMetadata,
} from 'kafkajs';
import {
  arg,
  Authorize,
  AuthModule,
  AuthService,
  CurrentUser,
  Roles,
  type AuthEvent,
} from '../../../lib/index.js';
import { microservices, withHeaders } from '../../../lib/transports/rpc/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { moduleOf } from '../http/application.js';
import { MinePolicy } from './cases.js';

/** The server of Nest without a broker: what a consumer of kafkajs would bring is brought by the test. */
class BrokerlessKafka extends ServerKafka {
  readonly replies: ProducerRecord[] = [];
  #offset = 0;

  override listen(callback: (error?: unknown) => void): Promise<void> {
    const send = (reply: ProducerRecord): Promise<RecordMetadata[]> => {
      this.replies.push(reply);
      return Promise.resolve([]);
    };
    this.producer = { send, disconnect: () => Promise.resolve() } as never;
    callback();
    return Promise.resolve();
  }

  /** As `eachMessage` of a consumer is called. */
  async bring(topic: string, value: unknown, headers: IHeaders): Promise<unknown> {
    this.#offset += 1;
    const payload: EachMessagePayload = {
      topic,
      partition: 0,
      message: {
        key: Buffer.from('key'),
        value: Buffer.from(JSON.stringify(value)),
        timestamp: '1700000000000',
        attributes: 0,
        offset: String(this.#offset),
        headers,
      },
      heartbeat: () => Promise.resolve(),
      pause: () => () => undefined,
    };
    return this.handleMessage(payload);
  }
}

const handled: string[] = [];

@Controller()
class Invoices {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @MessagePattern('invoices.who')
  async who(
    @CurrentUser('subject') subject: string,
    @Ctx() context: KafkaContext & { readonly user?: { readonly subject: string } },
  ): Promise<object> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const shown = [context.getTopic(), context.user?.subject];
    return { told: [subject, this.#auth.principal().subject, ...shown].join(' ') };
  }

  @Authorize(MinePolicy, { owner: arg('payload.owner') })
  @MessagePattern('invoices.mine')
  mine(@Payload() { owner }: { readonly owner: string }): object {
    return { owner };
  }

  @Roles('admin')
  @EventPattern('invoices.paid')
  paid(@CurrentUser('subject') subject: string): void {
    handled.push(`${subject} ${this.#auth.requestId()}`);
  }
}

describe('Kafka, as Nest hands its messages on', () => {
  const server = new BrokerlessKafka({});
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let app: INestMicroservice;
  let correlation = 0;

  const octets = (headers: Readonly<Record<string, string>>): IHeaders =>
    Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));

  const bearer = async (
    sub: string,
    ...roles: string[]
  ): Promise<Readonly<Record<string, string>>> =>
    withHeaders(
      { headers: {} },
      { authorization: `Bearer ${await issuer.token({ sub, roles })}` },
      'headers',
    ).headers;

  /** The answer to a message, or the refusal. */
  const ask = async (topic: string, value: object, headers: IHeaders = {}): Promise<unknown> => {
    correlation += 1;
    const id = String(correlation);
    await server.bring(topic, value, {
      ...headers,
      [KafkaHeaders.CORRELATION_ID]: Buffer.from(id),
      [KafkaHeaders.REPLY_TOPIC]: Buffer.from(`${topic}.reply`),
    });
    const replies = (): readonly Message[] =>
      server.replies
        .flatMap(({ messages }) => messages)
        .filter(({ headers: given }) => String(given?.[KafkaHeaders.CORRELATION_ID]) === id);
    while (replies().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const [reply] = replies();
    const refusal = reply?.headers?.[KafkaHeaders.NEST_ERR];
    return JSON.parse(String(refusal ?? reply?.value)) as unknown;
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const auth = AuthModule.forRoot({
      issuers: [issuer.options({ claims: { roles: 'roles' } })],
      transports: [microservices({ payloadHeaders: 'headers' })],
      onEvent: (event) => void events.push(event),
    });
    const root = moduleOf({ imports: [auth], controllers: [Invoices], providers: [MinePolicy] });
    app = await NestFactory.createMicroservice<MicroserviceOptions>(root, {
      ...{ strategy: server, logger: false, abortOnError: false },
    });
    await app.listen();
  });

  beforeEach(() => {
    [handled.length, events.length] = [0, 0];
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  it('reads the credential from the headers, in any case, and nowhere else', async () => {
    const ann = await bearer('ann');
    const told = { told: 'ann ann invoices.who ann' };
    expect(await ask('invoices.who', {}, octets(ann))).toEqual(told);
    const upper = { AUTHORIZATION: ann['authorization'] ?? '' };
    expect(await ask('invoices.who', {}, octets(upper))).toEqual(told);
    const missing = { statusCode: 401, code: 'missing_credentials' };
    expect(await ask('invoices.who', {})).toMatchObject(missing);
    expect(await ask('invoices.who', { headers: ann })).toMatchObject(missing);
  });

  it('takes two credentials for none, whatever Nest makes of them', async () => {
    const { authorization = '' } = await bearer('ann');
    const twice = { ...octets({ authorization }), Authorization: Buffer.from(authorization) };
    expect(await ask('invoices.who', {}, twice)).toMatchObject({ code: 'invalid_request' });
    // Of several under one name, Nest makes one text, with a comma between them.
    const list = { authorization: [Buffer.from(authorization), Buffer.from(authorization)] };
    expect(await ask('invoices.who', {}, list)).toMatchObject({ statusCode: 400 });
    // What looks like JSON, Nest reads.
    for (const text of [
      JSON.stringify({ authorization }),
      JSON.stringify([[authorization]]),
      JSON.stringify([authorization, authorization]),
    ]) {
      const answer = await ask('invoices.who', {}, octets({ authorization: text }));
      expect(answer).toMatchObject({ error: expect.any(String) as unknown });
    }
  });

  it('decides on the payload', async () => {
    const ann = octets(await bearer('ann'));
    expect(await ask('invoices.mine', { owner: 'ann' }, ann)).toEqual({ owner: 'ann' });
    expect(await ask('invoices.mine', { owner: 'bob' }, ann)).toMatchObject({ code: 'forbidden' });
  });

  it('handles each of many at once as whom it came', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user-${String(index)}`);
    const answers = await Promise.all(
      names.map(async (name) => ask('invoices.who', {}, octets(await bearer(name)))),
    );
    expect(answers).toEqual(
      names.map((name) => ({ told: `${name} ${name} invoices.who ${name}` })),
    );
  });

  it('an event that is refused is not handled, and fails for kafkajs, which tries it again', async () => {
    const id = { 'x-request-id': 'order-4711' };
    const refused = octets({ ...(await bearer('ann')), ...id });
    await expect(server.bring('invoices.paid', {}, refused)).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(handled).toEqual([]);
    expect(events.filter(({ type }) => type === 'auth.denied')).toMatchObject([
      { handler: 'Invoices.paid', requestId: 'order-4711', reason: 'insufficient_role' },
    ]);
    await server.bring('invoices.paid', {}, octets({ ...(await bearer('root', 'admin')), ...id }));
    expect(handled).toEqual(['root order-4711']);
  });
});
