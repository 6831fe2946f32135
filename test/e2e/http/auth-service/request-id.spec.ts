import { Controller, Get, Req } from '@nestjs/common';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { AuthService, OutsideRequestError, Public, type AuthEvent } from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';
import { rawRequest } from '../raw-request.js';

interface AnyRequest {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders?: string[];
  readonly raw?: { readonly rawHeaders: string[] };
}

@Controller()
class Api {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @Get('received')
  received(@Req() request: AnyRequest): object {
    const { headers, rawHeaders, raw } = request;
    return { headers, rawHeaders: rawHeaders ?? raw?.rawHeaders };
  }

  @Public()
  @Get('untold')
  untold(): object {
    return {};
  }

  @Public()
  @Get('ids')
  async ids(): Promise<object> {
    const first = this.auth.requestId();
    await new Promise(setImmediate);
    return { ids: [first, this.auth.requestId(), this.auth.contextHeaders()['Request-ID']] };
  }

  @Get('closed')
  closed(): object {
    return {};
  }
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe.each(ADAPTERS)('the id of a request, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await start(adapter, {
      controllers: [Api],
      auth: { issuers: [issuer.options()], onEvent: (event) => void events.push(event) },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  it.each(['request-1', 'a:b.c_d-e', '0'.repeat(128)])('K18: is called %s', async (id) => {
    const { body, headers } = await get(`${api.url}/ids`, undefined, { 'x-request-id': id });
    expect(body).toEqual({ ids: [id, id, id] });
    expect(headers.get('x-request-id')).toBe(id);
  });

  it.each([
    [['X-Request-ID: short']],
    [[`X-Request-ID: ${'0'.repeat(129)}`]],
    [['X-Request-ID: request 1']],
    [['X-Request-ID: request-\u00e4\u00e4']],
    [['X-Request-ID: <script>alert(1)</script>']],
    [['X-Request-ID: request-1', 'X-Request-ID: request-2']],
    [['X-Request-ID: request-1', 'X-Request-ID: request-1']],
    [['X-Request-ID: ']],
  ])('K18: makes an id of its own instead of %j', async (lines) => {
    const { text } = await rawRequest(api.port, ['GET /ids HTTP/1.1', ...lines]);
    const echoed = [...text.matchAll(/^x-request-id: (.*)\r$/gim)].map(([, id]) => id);
    expect(echoed).toEqual([expect.stringMatching(UUID)]);
    expect(text).toContain(`{"ids":["${String(echoed[0])}","${String(echoed[0])}"`);
    const seen = await rawRequest(api.port, ['GET /received HTTP/1.1', ...lines]);
    const [own] = /(?<=^x-request-id: ).*(?=\r$)/im.exec(seen.text) ?? [];
    expect(seen.text).toContain(`"x-request-id":"${String(own)}"`);
    expect(own).toMatch(UUID);
  });

  it('K18: an id that is sent with line breaks does not get in', async () => {
    const { text } = await rawRequest(api.port, ['GET /ids HTTP/1.1', 'X-Request-ID: a\r\nb: c']);
    expect(text.match(/^x-request-id: /gim)).toHaveLength(1);
    expect(text).not.toMatch(/^b: c/im);
    const bare = await rawRequest(api.port, ['GET /ids HTTP/1.1', 'X-Request-ID: request\rid-1']);
    expect(bare.status).toBe(400);
  });

  it('K18, C47: nobody asks, nobody is told; a refusal has one in the event and the answer', async () => {
    expect((await get(`${api.url}/untold`)).headers.get('x-request-id')).toBeNull();
    const refused = await get(`${api.url}/closed`);
    expect(refused.status).toBe(401);
    const requestId = refused.headers.get('x-request-id');
    expect(requestId).toMatch(UUID);
    expect(events.at(-1)).toMatchObject({ type: 'auth.denied', requestId });
  });

  it('K18: is that which a middleware gave it before', async () => {
    const named = await start(adapter, {
      controllers: [Api],
      auth: { issuers: [issuer.options()] },
      configure: (app) => {
        app.use((_: unknown, response: ServerResponse, next: () => void) => {
          response.setHeader('X-Request-ID', 'from-middleware');
          next();
        });
      },
    });
    const { body, headers } = await get(`${named.url}/ids`, undefined, {
      'x-request-id': 'from-client',
    });
    expect(body['ids']).toContain('from-middleware');
    expect(headers.get('x-request-id')).toBe('from-middleware');
    await named.close();
  });

  it('there is no context outside of a request', () => {
    const auth = api.app.get(AuthService);
    expect(() => auth.contextHeaders()).toThrow(OutsideRequestError);
    expect(() => auth.requestId()).toThrow(OutsideRequestError);
  });
});
