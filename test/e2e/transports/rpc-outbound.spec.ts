import { Controller } from '@nestjs/common';
import { GrpcMethod, MessagePattern } from '@nestjs/microservices';
import { Metadata } from '@grpc/grpc-js';
import { firstValueFrom, type Observable } from 'rxjs';
import {
  AuthModule,
  AuthService,
  CurrentPrincipal,
  Public,
  type CallAs,
  type Principal,
} from '../../../lib/index.js';
import { microservices, withHeaders } from '../../../lib/transports/rpc/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { TokenServer, type Behaviour } from '../../outbound/token-server.js';
import { moduleOf } from '../http/application.js';
import {
  named,
  PAYLOAD_HEADERS,
  reachable,
  startGrpc,
  startHybrid,
  TCP,
  type Headers,
  type Reached,
  type ReachedByGrpc,
} from './rpc/carriers.js';

/** What a service is told of whoever calls it. */
interface Told {
  readonly subject: string;
  readonly actor: string | null;
  readonly id: string;
}

@Controller()
class Billing {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @MessagePattern(named('invoices'))
  invoices(@CurrentPrincipal() { subject, actor }: Principal): Told {
    return { subject, actor: actor?.subject ?? null, id: this.#auth.requestId() };
  }

  @GrpcMethod('Cases', 'Closed')
  closed(): object {
    const { subject, actor } = this.#auth.principal();
    return { subject: `${subject} ${actor?.subject ?? '-'} ${this.#auth.requestId()}` };
  }
}

/** How the storefront sends on what it got; each message goes with the headers it is given, and no others. */
let forward: (headers: Headers) => Promise<unknown>;

@Controller()
class Storefront {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @MessagePattern(named('call'))
  async call({ as, service = 'billing' }: { as: CallAs; service?: string }): Promise<unknown> {
    return forward(await this.#auth.messageHeaders(service, { as }));
  }

  @Public()
  @MessagePattern(named('refused'))
  async refused(): Promise<unknown> {
    return forward(await this.#auth.messageHeaders('billing', { as: 'user' }));
  }
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

describe('calling services by messages', () => {
  let issuer: TestIssuer;
  let tokens: TokenServer;
  let storefront: Reached;

  const granting: Behaviour = (response, { parameters }) => {
    const grant = async (): Promise<string> => {
      if (parameters['grant_type'] !== TOKEN_EXCHANGE) return issuer.token({ sub: 'storefront' });
      const [, payload = ''] = (parameters['subject_token'] ?? '').split('.');
      const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
      return issuer.token({ sub, act: { sub: 'storefront' } });
    };
    void grant().then((access_token) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 300 }));
    });
  };
  const transports = [microservices({ payloadHeaders: PAYLOAD_HEADERS })];
  const call = async (as: string, sub = 'ann', more: object = {}): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${await issuer.token({ sub })}`,
      'x-request-id': `order-4711-${sub}`,
    };
    return storefront.send('call', TCP.message({ as, ...more }, headers));
  };

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    tokens = await TokenServer.start();
    tokens.behaviour = granting;
    const auth = AuthModule.forRoot({
      issuers: [issuer.options()],
      transports,
      services: {
        billing: {
          messages: true,
          tokenEndpoint: tokens.url.href,
          clientId: 'storefront',
          clientSecret: 'secret',
        },
        fetched: { baseUrl: 'https://fetched.test' },
        forwarded: { messages: true },
      },
    });
    storefront = await startHybrid(TCP, moduleOf({ imports: [auth], controllers: [Storefront] }));
  });

  afterAll(async () => {
    await storefront.close();
    await tokens.close();
    await issuer.close();
  });

  const ROWS: readonly (readonly [CallAs, string, string | null])[] = [
    ['service', 'storefront', null],
    ['user', 'ann', null],
    ['on-behalf-of', 'ann', 'storefront'],
  ];

  describe.each(reachable)('over $name', (carrier) => {
    let billing: Reached;

    beforeAll(async () => {
      const auth = AuthModule.forRoot({ issuers: [issuer.options()], transports });
      billing = await startHybrid(carrier, moduleOf({ imports: [auth], controllers: [Billing] }));
      forward = (headers) => billing.send('invoices', carrier.message({}, headers));
    });

    afterAll(() => billing.close());

    it.each(ROWS)('as %s, and the request is called the same', async (as, subject, actor) => {
      expect(await call(as)).toEqual({ subject, actor, id: 'order-4711-ann' });
    });

    it('each as whom it is for, however many at once', async () => {
      const names = Array.from(
        { length: carrier.isOneByOne ? 3 : 20 },
        (_, index) => `user-${String(index)}`,
      );
      const told = await Promise.all(names.map((sub) => call('user', sub)));
      expect(told).toEqual(
        names.map((subject) => ({ subject, actor: null, id: `order-4711-${subject}` })),
      );
    });
  });

  describe('over gRPC', () => {
    let billing: ReachedByGrpc;

    beforeAll(async () => {
      const auth = AuthModule.forRoot({ issuers: [issuer.options()], transports });
      billing = await startGrpc(moduleOf({ imports: [auth], controllers: [Billing] }));
      const cases =
        billing.client.getService<
          Record<'closed', (question: object, metadata: Metadata) => Observable<unknown>>
        >('Cases');
      const shared = new Metadata();
      forward = (headers) => firstValueFrom(cases.closed({}, withHeaders(shared, headers)));
    });

    afterAll(() => billing.close());

    it.each(ROWS)('as %s', async (as, subject, actor) => {
      expect(await call(as)).toEqual({ subject: `${subject} ${actor ?? '-'} order-4711-ann` });
    });
  });

  it('where nobody is known, nothing is passed on, and who asked is told', async () => {
    forward = () => Promise.reject(new Error('Nothing is sent'));
    await expect(storefront.send('refused', {})).rejects.toMatchObject({
      ...{ status: 'error', statusCode: 401, code: 'missing_credentials' },
    });
  });

  it('goes to services that are reached by messages, and with what there are tokens for', async () => {
    forward = (headers) => Promise.resolve(Object.keys(headers));
    expect(await call('user', 'ann', { service: 'forwarded' })).toEqual([
      ...['authorization', 'x-request-id'],
    ]);
    const auth = storefront.app.get(AuthService);
    await expect(auth.messageHeaders('fetched', { as: 'service' })).rejects.toThrow(
      /messages: true/,
    );
    await expect(auth.messageHeaders('forwarded', { as: 'service' })).rejects.toThrow(/no issuer/);
    await expect(auth.messageHeaders('unknown', { as: 'service' })).rejects.toThrow(
      /No such service/,
    );
    // Outside of a request there is no caller, and no id.
    await expect(auth.messageHeaders('billing', { as: 'user' })).rejects.toThrow(
      /outside of a request/i,
    );
    expect(Object.keys(await auth.messageHeaders('billing', { as: 'service' }))).toEqual([
      'authorization',
    ]);
  });
});
