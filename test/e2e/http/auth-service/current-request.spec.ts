import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Injectable, Param, Post, StreamableFile } from '@nestjs/common';
import {
  apiKey,
  AuthService,
  OptionalAuth,
  OutsideRequestError,
  Public,
  type Principal,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';

/** A singleton that knows nothing of requests. */
@Injectable()
class Ledger {
  constructor(private readonly auth: AuthService) {}

  async whoAmI(): Promise<string> {
    await sleep(Math.random() * 5);
    return this.auth.principal().subject;
  }
}

@Controller()
class Api {
  constructor(
    private readonly auth: AuthService,
    private readonly ledger: Ledger,
  ) {}

  @Get('me')
  async me(): Promise<object> {
    const { subject } = this.auth.principal();
    return {
      subject,
      deep: await this.ledger.whoAmI(),
      organizationId: this.auth.organizationId(),
      credential: this.auth.credentials().value,
      credentialKind: this.auth.credentialKind,
      mayEdit: this.auth.hasPermission('acme.widgets.edit'),
      mayAll: this.auth.hasPermission('acme.widgets.*'),
      isAdmin: this.auth.hasRole('admin'),
      mayRead: this.auth.hasScope('read'),
    };
  }

  @Get('claims')
  claims(): object {
    return this.auth.claims();
  }

  @Get('organization')
  organization(): object {
    return { id: this.auth.organizationId() };
  }

  @Get('documents/:owner')
  document(@Param('owner') ownerId: string): object {
    this.auth.assertOwner({ ownerId });
    return { ownerId };
  }

  @Public()
  @Get('public')
  public(): object {
    return { known: this.auth.tryPrincipal() !== undefined };
  }

  @Public()
  @Get('public-principal')
  publicPrincipal(): Principal {
    return this.auth.principal();
  }

  @OptionalAuth()
  @Get('optional')
  optional(): object {
    return { kind: this.auth.principal().kind };
  }

  @Post('body')
  async body(): Promise<object> {
    return { subject: await this.ledger.whoAmI() };
  }

  @Get('stream')
  stream(): StreamableFile {
    const chunks = async function* (ledger: Ledger): AsyncGenerator<Buffer> {
      for (let count = 0; count < 3; count += 1) {
        await sleep(1);
        yield Buffer.from(`${await ledger.whoAmI()};`);
      }
    };
    return new StreamableFile(Readable.from(chunks(this.ledger)));
  }

  @Get('timers')
  async timers(): Promise<object> {
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const emitter = new EventEmitter();
      emitter.once('done', () => {
        seen.push(this.auth.principal().subject);
        resolve();
      });
      setTimeout(() => {
        seen.push(this.auth.principal().subject);
        setImmediate(() => {
          process.nextTick(() => {
            seen.push(this.auth.principal().subject);
            queueMicrotask(() => emitter.emit('done'));
          });
        });
      }, 2);
    });
    return { seen };
  }
}

describe.each(ADAPTERS)('the current request, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;

  const auth = (): { issuers: [ReturnType<TestIssuer['options']>] } => ({
    issuers: [issuer.options()],
  });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await start(adapter, {
      controllers: [Api],
      providers: [Ledger],
      auth: {
        ...auth(),
        credentials: [
          apiKey({ resolve: () => ({ subject: 'robot', permissions: ['acme.widgets.edit'] }) }),
        ],
      },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const ann = (claims: object = {}): Promise<string> =>
    issuer.token({
      sub: 'ann',
      org_id: 'acme',
      permissions: ['acme.widgets.edit'],
      roles: ['admin'],
      scope: 'read',
      ...claims,
    });

  it('T4: principal() throws a named error outside of a request, tryPrincipal() does not', () => {
    const service = api.app.get(AuthService);
    expect(() => service.principal()).toThrow(OutsideRequestError);
    expect(() => service.principal()).toThrow(/AuthService\.principal\(\) is called outside/);
    expect(() => service.organizationId()).toThrow(OutsideRequestError);
    expect(service.tryPrincipal()).toBeUndefined();
  });

  it('T5, T6, T11: who is calling, from a singleton that knows nothing of requests', async () => {
    const token = await ann();
    const { body } = await get(`${api.url}/me`, token);
    expect(body).toEqual({
      subject: 'ann',
      deep: 'ann',
      organizationId: 'acme',
      credential: token,
      credentialKind: 'jwt',
      mayEdit: true,
      mayAll: false,
      isAdmin: true,
      mayRead: true,
    });
  });

  it('T5, T16: where there is no organization, nothing goes on', async () => {
    const none = await get(`${api.url}/organization`, await ann({ org_id: undefined }));
    expect([none.status, none.body['code']]).toEqual([403, 'forbidden']);
    expect((await get(`${api.url}/organization`, await ann())).body).toEqual({ id: 'acme' });
  });

  it('T7: all claims of a token', async () => {
    const { body } = await get(`${api.url}/claims`, await ann({ session: { id: 's' } }));
    expect(body).toMatchObject({ sub: 'ann', session: { id: 's' } });
  });

  it('T8, T10: a key has no claims of a token', async () => {
    const response = await get(`${api.url}/claims`, undefined, { 'x-api-key': 'key' });
    expect([response.status, response.body['code']]).toEqual([403, 'forbidden']);
    const me = await get(`${api.url}/me`, undefined, { 'x-api-key': 'key' });
    expect(me.status).toBe(403);
  });

  it('A14: assertOwner', async () => {
    expect((await get(`${api.url}/documents/ann`, await ann())).status).toBe(200);
    expect((await get(`${api.url}/documents/bob`, await ann())).status).toBe(403);
  });

  it('knows nobody on a public handler, and who is anonymous', async () => {
    expect((await get(`${api.url}/public`, await ann())).body).toEqual({ known: false });
    expect((await get(`${api.url}/public-principal`)).status).toBe(401);
    expect((await get(`${api.url}/optional`)).body).toEqual({ kind: 'anonymous' });
  });

  it('is there through timers, immediates, ticks, microtasks and events', async () => {
    expect((await get(`${api.url}/timers`, await ann())).body).toEqual({
      seen: ['ann', 'ann', 'ann'],
    });
  });

  it('is there after a body was read, and while one is streamed', async () => {
    const headers = {
      authorization: `Bearer ${await ann()}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ text: 'x'.repeat(50_000) });
    const posted = await fetch(`${api.url}/body`, { method: 'POST', headers, body });
    expect(await posted.json()).toEqual({ subject: 'ann' });
    const streamed = await fetch(`${api.url}/stream`, { headers });
    expect(await streamed.text()).toBe('ann;ann;ann;');
  });

  it("is never another's", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user-${String(index)}`);
    const tokens = await Promise.all(names.map((sub) => ann({ sub })));
    const asked = Array.from({ length: 400 }, (_, index) => index % 20);
    const answers = await Promise.all(
      asked.map(async (index) => {
        const path = index % 2 === 0 ? 'me' : 'timers';
        const { body } = await get(`${api.url}/${path}`, tokens[index]);
        return path === 'me' ? [body['subject'], body['deep']] : body['seen'];
      }),
    );
    answers.forEach((seen, index) => {
      expect(new Set(seen as string[])).toEqual(new Set([names[asked[index] ?? 0]]));
    });
  });

  it('context: false keeps no request at hand', async () => {
    const parts = { controllers: [Api], providers: [Ledger], auth: { ...auth(), context: false } };
    const other = await start(adapter, parts);
    expect((await get(`${other.url}/me`, await ann())).status).toBe(500);
    await other.close();
  });
});
