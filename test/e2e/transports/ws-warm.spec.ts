import { Injectable, type Type } from '@nestjs/common';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Accepts,
  apiKey,
  Authorize,
  CurrentUser,
  JwksService,
  Public,
  Roles,
  type AuthModuleOptions,
  type Policy,
  type RevocableCredential,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import type { RunningApplication } from '../http/application.js';
import { connect, LIBRARIES, startSockets, type Client, type Presentation } from './sockets.js';

/** What changes while a socket is open. */
interface World {
  /** In milliseconds. */
  ahead: number;
  isDoorOpen: boolean;
  isMember: boolean;
  isRefused: boolean;
  hasKey: boolean;
  revoked: Set<string | undefined>;
}

const world: World = {
  ahead: 0,
  isDoorOpen: true,
  isMember: true,
  isRefused: false,
  hasKey: true,
  revoked: new Set(),
};

@Injectable()
class Door implements Policy {
  allows(): boolean {
    return world.isDoorOpen;
  }
}

const KEY = 'k'.repeat(40);

const robot = (key: string): { subject: string } | null =>
  key === KEY ? { subject: 'robot' } : null;

interface Shown {
  user?: unknown;
  data: { user?: unknown };
}

@WebSocketGateway()
class DeskGateway {
  readonly #sessions: WebSocketSessions;

  constructor(sessions: WebSocketSessions) {
    this.#sessions = sessions;
  }

  @Public()
  handleConnection(): void {
    // Whoever comes is heard, and asked with each message.
  }

  @SubscribeMessage('who')
  who(@CurrentUser('subject') subject: string): object {
    return { event: 'answer', data: { subject } };
  }

  @Roles('writer')
  @SubscribeMessage('write')
  write(): object {
    return { event: 'answer', data: { written: true } };
  }

  @Authorize(Door)
  @SubscribeMessage('enter')
  enter(): object {
    return { event: 'answer', data: { entered: true } };
  }

  @Accepts('apiKey')
  @SubscribeMessage('machine')
  machine(@CurrentUser('subject') subject: string): object {
    return { event: 'answer', data: { subject } };
  }

  @SubscribeMessage('renew')
  async renew(@ConnectedSocket() client: object): Promise<object> {
    const { subject } = await this.#sessions.reauthenticate(client, DeskGateway.next);
    return { event: 'answer', data: { renewed: subject } };
  }

  @SubscribeMessage('shown')
  shown(@ConnectedSocket() client: Shown): object {
    const place = client.data as Shown['data'] | undefined;
    const { user } = place ?? client;
    (place ?? client).user = 'somebody else';
    return { event: 'answer', data: { user } };
  }

  static next = '';
}

describe.each(LIBRARIES)('a socket of %s whose messages are warm', (library) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  let tokens = 0;
  const clients: Client[] = [];

  const boot = (auth: Partial<AuthModuleOptions> = {}): Promise<RunningApplication> =>
    startSockets(library, {
      providers: [DeskGateway as Type, Door, WebSocketSessions],
      auth: {
        issuers: [issuer.options({ claims: { roles: 'roles', organizationId: 'org' } })],
        transports: [webSockets()],
        cookie: { name: 'token' },
        credentials: [apiKey({ header: 'x-api-key', resolve: robot })],
        revocation: {
          isRevoked: ({ tokenId }: RevocableCredential) => world.revoked.has(tokenId),
        },
        tenant: { from: 'claim', validate: () => world.isMember },
        principal: { load: (principal) => (world.isRefused ? null : principal) },
        clock: () => Date.now() + world.ahead,
        ...auth,
      },
    });

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await boot();
  });

  beforeEach(() => {
    Object.assign(world, {
      ...{ ahead: 0, isDoorOpen: true, isMember: true, isRefused: false, hasKey: true },
      revoked: new Set(),
    });
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  function tokenOf(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
    tokens += 1;
    return issuer.token({ sub: 'ann', org: 'acme', jti: `t${tokens}`, ...claims });
  }

  function open(presentation: Presentation, at: RunningApplication = api): Client {
    const client = connect(library, at, '/', presentation);
    clients.push(client);
    return client;
  }

  async function ask(client: Client, event: string): Promise<unknown> {
    client.send(event, {});
    return (await client.next()).data;
  }

  /** One that was heard with the same credential several times. */
  async function warm(claims?: Readonly<Record<string, unknown>>): Promise<Client> {
    const client = open({ headers: { authorization: `Bearer ${await tokenOf(claims)}` } });
    for (let sent = 0; sent < 3; sent += 1) expect(await ask(client, 'who')).toEqual(ANN);
    return client;
  }

  const ANN = { subject: 'ann' };
  const refused = (statusCode: number, code: string): unknown =>
    expect.objectContaining({ statusCode, code });

  it('is refused at the first message after its token expired', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const client = await warm({ exp });
    // The timer that closes it runs by the clock of the machine, and has ten minutes.
    world.ahead = 600_000 + 10_000;
    expect(await ask(client, 'who')).toEqual(refused(401, 'token_expired'));
  });

  it('is refused at the first message after its token was revoked', async () => {
    const client = await warm({ jti: 'leaked' });
    world.revoked.add('leaked');
    expect(await ask(client, 'who')).toEqual(refused(401, 'invalid_token'));
  });

  it('is refused at the first message after its key was withdrawn, and not when one came', async () => {
    const client = await warm();
    const jwks = api.app.get(JwksService);
    await issuer.rotate();
    await jwks.refresh();
    expect(await ask(client, 'who')).toEqual(ANN);
    await issuer.rotate({ withdraw: true });
    await jwks.refresh();
    expect(await ask(client, 'who')).toEqual(refused(401, 'invalid_token'));
  });

  it('is measured by each handler anew', async () => {
    const client = await warm({ roles: ['reader'] });
    for (let sent = 0; sent < 2; sent += 1) {
      expect(await ask(client, 'write')).toEqual(refused(403, 'forbidden'));
      expect(await ask(client, 'machine')).toEqual(refused(401, 'credential_not_accepted'));
      expect(await ask(client, 'who')).toEqual(ANN);
    }
  });

  it.each([
    ['a policy', 'isDoorOpen', false, 403],
    ['what knows the members of a tenant', 'isMember', false, 403],
    ['what loads users', 'isRefused', true, 401],
  ] as const)('is asked about each time: %s says no', async (_, name, says, status) => {
    const client = await warm();
    expect(await ask(client, 'enter')).toEqual({ entered: true });
    Object.assign(world, { [name]: says });
    expect(await ask(client, 'enter')).toEqual(
      expect.objectContaining({ statusCode: status }) as unknown,
    );
  });

  it('is who its new token says from the next message on, and no longer than that is good', async () => {
    const client = await warm({ jti: 'old' });
    expect(await ask(client, 'write')).toEqual(refused(403, 'forbidden'));
    DeskGateway.next = await tokenOf({ jti: 'new', roles: ['writer'] });
    expect(await ask(client, 'renew')).toEqual({ renewed: 'ann' });
    world.revoked.add('old');
    expect(await ask(client, 'write')).toEqual({ written: true });
    world.revoked.add('new');
    expect(await ask(client, 'write')).toEqual(refused(401, 'invalid_token'));
  });

  it('by a cookie of another origin is refused with each message', async () => {
    const headers = { cookie: `token=${await tokenOf()}`, origin: 'https://evil.example.com' };
    const client = open({ headers });
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await ask(client, 'who')).toEqual(refused(403, 'cross_site_request'));
    }
  });

  it('shows who it is with each message, whatever its handlers made of that', async () => {
    const client = await warm();
    for (let sent = 0; sent < 2; sent += 1) {
      expect(await ask(client, 'shown')).toMatchObject({ user: ANN });
    }
  });

  it('is looked at each time where the application finds the credential', async () => {
    const extract = (): string | undefined => (world.hasKey ? KEY : undefined);
    const own = await boot({ credentials: [apiKey({ extract, resolve: robot })] });
    try {
      const client = open({}, own);
      for (let sent = 0; sent < 2; sent += 1) {
        expect(await ask(client, 'machine')).toEqual({ subject: 'robot' });
      }
      world.hasKey = false;
      expect(await ask(client, 'machine')).toEqual(refused(401, 'missing_credentials'));
    } finally {
      await own.close();
    }
  });
});
