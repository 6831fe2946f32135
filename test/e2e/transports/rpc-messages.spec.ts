import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  Accepts,
  ApiKeys,
  apiKey,
  AuthModule,
  AuthReport,
  AuthService,
  Claims,
  Credentials,
  CurrentUser,
  MemoryApiKeyStore,
  OrgId,
  Roles,
  type AuthEvent,
  type Credential,
} from '../../../lib/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { moduleOf } from '../http/application.js';
import {
  named,
  PAYLOAD_HEADERS,
  reachable,
  startHybrid,
  type Headers,
  type Reached,
} from './rpc/carriers.js';

/** The events that were handled. */
const handled: string[] = [];

@Controller()
class Api {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @MessagePattern(named('who'))
  async who(@CurrentUser('subject') subject: string, @Ctx() context: object): Promise<object> {
    const { user } = context as { readonly user?: { readonly subject: string } };
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { subject, principal: this.#auth.principal().subject, user: user?.subject };
  }

  @MessagePattern(named('told'))
  told(
    @OrgId() organization: string,
    @Claims() { team }: Readonly<Record<string, unknown>>,
    @Credentials() { value }: Credential,
  ): object {
    const { 'Client-IP': address } = this.#auth.contextHeaders();
    return {
      ...{ organization, team, length: value.length },
      ...{ id: this.#auth.requestId(), address: address ?? null },
      ...{ tenant: this.#auth.organizationId(), kind: this.#auth.credentialKind },
    };
  }

  @MessagePattern(named('payload'))
  payload(@Payload() payload: unknown): object {
    return { payload: payload ?? null };
  }

  @Accepts('apiKey')
  @MessagePattern(named('keys'))
  keys(@CurrentUser('subject') subject: string): object {
    return { subject };
  }

  @Roles('admin')
  @EventPattern(named('happened'))
  happened(@Payload('what') what: unknown): void {
    handled.push(`${this.#auth.principal().subject} ${String(what)} ${this.#auth.requestId()}`);
  }
}

describe.each(reachable)('messages by $name', (carrier) => {
  const events: AuthEvent[] = [];
  const keys = new ApiKeys({ store: new MemoryApiKeyStore(), prefix: 'acme' });
  let issuer: TestIssuer;
  let running: Reached;
  let ann: string;
  const send = async (name: string, headers: Headers, data: object = {}): Promise<unknown> => {
    try {
      return await running.send(name, carrier.message(data, headers));
    } catch (error) {
      return (error as { readonly code?: unknown }).code;
    }
  };
  const eventually = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const auth = AuthModule.forRoot({
      issuers: [issuer.options({ claims: { roles: 'roles', organizationId: 'org' } })],
      credentials: [apiKey({ keys })],
      transports: [microservices({ payloadHeaders: PAYLOAD_HEADERS })],
      tenant: { from: [{ header: 'x-tenant' }] },
      impersonation: 'read-only',
      onEvent: (event) => void events.push(event),
    });
    running = await startHybrid(carrier, moduleOf({ imports: [auth], controllers: [Api] }));
    ann = `Bearer ${await issuer.token({ sub: 'ann', org: 'acme', team: 'red' })}`;
  });

  beforeEach(() => {
    events.length = 0;
    handled.length = 0;
  });

  afterAll(async () => {
    await running.close();
    await issuer.close();
  });

  it('tells the handler what a request of HTTP would', async () => {
    const headers = { authorization: ann, 'x-request-id': 'order-4711' };
    expect(await send('told', headers)).toEqual({
      ...{ organization: 'acme', team: 'red', length: ann.length - 'Bearer '.length },
      ...{ id: 'order-4711', tenant: 'acme', kind: 'jwt' },
      address: carrier.name === 'TCP' ? '127.0.0.1' : null,
    });
    expect(await send('who', headers)).toEqual({ subject: 'ann', principal: 'ann', user: 'ann' });
  });

  it('takes no id over that is not safe', async () => {
    const headers = { authorization: ann, 'x-request-id': 'a b: 12345678' };
    expect(await send('told', headers)).toEqual(
      expect.objectContaining({ id: expect.stringMatching(/^[\da-f-]{36}$/) as unknown }),
    );
  });

  it('leaves in the payload nothing of the headers, and the rest as it was', async () => {
    const data = { owner: 'ann', meta: { page: 2 }, headers: { authorization: 'x' } };
    expect(await send('payload', { authorization: ann }, data)).toEqual({ payload: data });
  });

  it('reads names of headers in any case', async () => {
    expect(await send('who', { AUTHORIZATION: ann })).toEqual(
      expect.objectContaining({ subject: 'ann' }),
    );
  });

  it('two credentials are none, whatever case their names are in', async () => {
    const first = carrier.message({}, { Authorization: ann });
    const twice = withAnother(first, ann);
    await expect(running.send('who', twice)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('a header that is long, or empty, is a bad one', async () => {
    const long = `Bearer ${'a'.repeat(100_000)}`;
    // MQTT and RabbitMQ have no room for it.
    if (!['MQTT', 'RabbitMQ'].includes(carrier.name))
      expect(await send('who', { authorization: long })).toBe('token_malformed');
    expect(await send('who', { authorization: 'Bearer ' })).toBe('invalid_request');
  });

  it('each of many at once is handled as whom it came', async () => {
    const names = Array.from(
      { length: carrier.isOneByOne ? 4 : 40 },
      (_, index) => `user-${String(index)}`,
    );
    const answers = await Promise.all(
      names.map(async (sub, index) => {
        const token = await issuer.token({ sub, org: 'acme' });
        return send('who', index % 4 === 3 ? {} : { authorization: `Bearer ${token}` });
      }),
    );
    expect(answers).toEqual(
      names.map((sub, index) =>
        index % 4 === 3 ? 'missing_credentials' : { subject: sub, principal: sub, user: sub },
      ),
    );
  });

  it('a tenant that is addressed by a header is measured', async () => {
    expect(await send('who', { authorization: ann, 'x-tenant': 'acme' })).toMatchObject({
      subject: 'ann',
    });
    expect(await send('who', { authorization: ann, 'x-tenant': 'evil' })).toBe('forbidden');
  });

  it('accepts what @Accepts names, and from where a key may be used only where that is known', async () => {
    const { key } = await keys.create({ subject: 'robot' });
    expect(await send('keys', { 'x-api-key': key })).toEqual({ subject: 'robot' });
    expect(await send('keys', { authorization: ann })).toBe('credential_not_accepted');
    const bound = await keys.create({ subject: 'bound', allowedAddresses: ['127.0.0.1'] });
    const expected = carrier.name === 'TCP' ? { subject: 'bound' } : 'forbidden';
    expect(await send('keys', { 'x-api-key': bound.key })).toEqual(expected);
  });

  it("a message is no read, so nobody acts as somebody else with 'read-only'", async () => {
    const acting = await issuer.token({ sub: 'ann', org: 'acme', act: { sub: 'support-1' } });
    expect(await send('who', { authorization: `Bearer ${acting}` })).toBe('forbidden');
    expect(events).toContainEqual(expect.objectContaining({ reason: 'impersonation_denied' }));
  });

  it('an event that is refused is not handled, and told of', async () => {
    const admin = await issuer.token({ sub: 'root', org: 'acme', roles: ['admin'] });
    const emit = (headers: Headers): unknown =>
      running.client.emit(named('happened'), carrier.message({ what: 'x' }, headers)).subscribe();
    emit({ authorization: ann, 'x-request-id': 'refused-1' });
    await eventually(() => events.some(({ type }) => type === 'auth.denied'));
    emit({ authorization: `Bearer ${admin}`, 'x-request-id': 'handled-1' });
    await eventually(() => handled.length > 0);
    expect(handled).toEqual(['root x handled-1']);
    expect(events.filter(({ type }) => type === 'auth.denied')).toEqual([
      expect.objectContaining({
        ...{ handler: 'Api.happened', requestId: 'refused-1', reason: 'insufficient_role' },
        principal: expect.objectContaining({ subject: 'ann' }) as unknown,
      }),
    ]);
  });

  it('are in the report', () => {
    const routes = running.app.get(AuthReport).routes();
    expect(routes.map(({ transport, path, policy }) => [transport, path, policy])).toContainEqual([
      ...['rpc', named('happened'), 'role admin; not impersonated'],
    ]);
  });
});

/** A message with one credential more, under the name in lower case. */
function withAnother(message: unknown, authorization: string): unknown {
  const sent = message as {
    readonly headers?: { append(name: string, value: string): void };
    readonly meta?: { readonly headers: object };
    readonly options?: {
      readonly headers?: object;
      readonly properties?: { readonly userProperties: object };
    };
  };
  const target =
    sent.options?.headers ?? sent.options?.properties?.userProperties ?? sent.meta?.headers;
  if (target) Object.assign(target, { authorization });
  else sent.headers?.append('authorization', authorization);
  return message;
}
