import type { Type } from '@nestjs/common';
import { Metadata } from '@grpc/grpc-js';
import { firstValueFrom, type Observable } from 'rxjs';
import { apiKey, AuthModule, type AuthModuleOptions } from '../../../lib/index.js';
import { microservices } from '../../../lib/transports/rpc/index.js';
import { webSockets } from '../../../lib/transports/ws/index.js';
import {
  ADAPTERS,
  moduleOf,
  start,
  type Adapter,
  type RunningApplication,
} from '../http/application.js';
import { dial, first, post, SERVERS, startGraphql } from './graphql-application.js';
import { startAlone, startGrpc, startHybrid, TCP, type Reached } from './rpc/carriers.js';
import { connect, LIBRARIES, startSockets, type Library } from './sockets.js';
import {
  Calls,
  Fields,
  gatewayOf,
  Messages,
  ran,
  Recorder,
  Routes,
} from './surrounded-handlers.js';

/** The keys that were looked up. */
let lookedUp: string[] = [];

type Handler = 'closed' | 'admins';

/** Answers `reached`, or the code of the refusal. */
type Ask = (handler: Handler, key?: string) => Promise<unknown>;

interface Begun {
  readonly ask: Ask;
  readonly close: () => Promise<unknown>;
  /** Where to connect is a call of its own; of a subscription, once more before its value is told. */
  readonly lookUps?: number;
  /** Default: as many. */
  readonly lookUpsOfRefused?: number;
}

const authentication = (): AuthModuleOptions => ({
  credentials: [
    apiKey({
      resolve: async (key) => {
        lookedUp.push(key);
        await new Promise((resolve) => setImmediate(resolve));
        const [subject = '', ...roles] = key.split('/');
        return { subject, roles };
      },
    }),
  ],
});

const headersOf = (key?: string): Record<string, string> =>
  key === undefined ? {} : { 'x-api-key': key };

const codeOf = (error: unknown): unknown => (error as { readonly code: unknown }).code;

async function overHttp(adapter: Adapter): Promise<Begun> {
  const api = await start(adapter, {
    auth: authentication(),
    controllers: [Routes],
    providers: [Recorder],
  });
  const ask: Ask = async (handler, key) => {
    const response = await fetch(`${api.url}/${handler}?n=1`, { headers: headersOf(key) });
    const text = await response.text();
    return response.ok ? text : codeOf(JSON.parse(text));
  };
  return { ask, close: () => api.close() };
}

/** Asks by one kind of operation; a subscription goes over a socket. */
function overGraphql(api: RunningApplication, kind: string): Ask {
  return async (handler, key) => {
    const query = `${kind} { ${handler}(n: "1") }`;
    const client = kind === 'subscription' ? dial(api, { headers: headersOf(key) }) : undefined;
    const { data, errors } = client
      ? await first(client, query)
      : await post(api, { query }, headersOf(key));
    await client?.dispose();
    return data?.[handler] ?? errors[0]?.extensions.originalError?.code;
  };
}

async function overRpc(begin: (root: Type) => Promise<Reached>): Promise<Begun> {
  const transports = [microservices({ payloadHeaders: 'headers' })];
  const imports = [AuthModule.forRoot({ ...authentication(), transports })];
  const reached = await begin(
    moduleOf({ imports, controllers: [Messages], providers: [Recorder] }),
  );
  const ask: Ask = async (handler, key) => {
    const sent = reached.send(handler, { headers: headersOf(key) });
    return sent.then((answer) => (answer as { subject: string }).subject, codeOf);
  };
  return { ask, close: reached.close };
}

async function overGrpc(): Promise<Begun> {
  const imports = [AuthModule.forRoot({ ...authentication(), transports: [microservices()] })];
  const { client, close } = await startGrpc(
    moduleOf({ imports, controllers: [Calls], providers: [Recorder] }),
  );
  const methods =
    client.getService<
      Record<Handler, (question: object, metadata: Metadata) => Observable<{ subject: string }>>
    >('Cases');
  const ask: Ask = async (handler, key) => {
    const metadata = new Metadata();
    if (key !== undefined) metadata.set('x-api-key', key);
    return firstValueFrom(methods[handler]({}, metadata)).then(
      ({ subject }) => subject,
      (error: unknown) => (error as { metadata: Metadata }).metadata.get('error-code')[0],
    );
  };
  return { ask, close };
}

async function overSockets(library: Library): Promise<Begun> {
  const api = await startSockets(library, {
    auth: { ...authentication(), transports: [webSockets()] },
    providers: [gatewayOf(library), Recorder],
  });
  const ask: Ask = async (handler, key) => {
    const client = connect(library, api, '/at', { headers: headersOf(key) });
    client.send(handler, {});
    const { data } = await client.next();
    client.close();
    return typeof data === 'string' ? data : (codeIn(data) ?? data);
  };
  return { ask, close: () => api.close(), lookUps: 2 };
}

/** At a close of ws, the reason is the code. */
function codeIn(data: unknown): unknown {
  const { code, reason } = data as { readonly code?: unknown; readonly reason?: unknown };
  return reason ?? code;
}

const WAYS: readonly (readonly [string, () => Promise<Begun>])[] = [
  ...ADAPTERS.map((each) => [`HTTP with ${each}`, () => overHttp(each)] as const),
  ['TCP, hybrid', () => overRpc((root) => startHybrid(TCP, root))],
  [
    'TCP, hybrid with inheritAppConfig',
    () => overRpc((root) => startHybrid(TCP, root, { inheritAppConfig: true })),
  ],
  ['TCP, a microservice', () => overRpc((root) => startAlone(TCP, root))],
  ['gRPC', overGrpc],
  ...LIBRARIES.map((each) => [`messages of ${each}`, () => overSockets(each)] as const),
];

function itHolds(begin: () => Begun | Promise<Begun>): void {
  let begun: Begun;

  beforeAll(async () => {
    begun = await begin();
  });

  beforeEach(() => {
    ran.length = 0;
    lookedUp = [];
  });

  afterAll(() => begun.close());

  it('what is refused reaches neither interceptors nor pipes', async () => {
    expect(await begun.ask('closed')).toBe('missing_credentials');
    expect(await begun.ask('admins')).toBe('missing_credentials');
    expect(await begun.ask('admins', 'ann')).toBe('forbidden');
    expect([...new Set(ran)]).toEqual(['filter']);
  });

  it('who calls is looked up once', async () => {
    const { lookUps = 1, lookUpsOfRefused = lookUps } = begun;
    expect(await begun.ask('closed', 'ann')).toBe('reached');
    expect(lookedUp).toEqual(Array.from({ length: lookUps }, () => 'ann'));
    expect(ran).toEqual(['interceptor', 'pipe']);
    lookedUp = [];
    expect(await begun.ask('admins', 'root/admin')).toBe('reached');
    expect(lookedUp).toHaveLength(lookUps);
    lookedUp = [];
    expect(await begun.ask('admins', 'bob')).toBe('forbidden');
    expect(lookedUp).toHaveLength(lookUpsOfRefused);
  });
}

describe.each(WAYS)('with @UseGuards, an interceptor, a pipe and a filter: %s', (_, begin) => {
  itHolds(begin);
});

describe.each(SERVERS)('with @UseGuards, an interceptor, a pipe and a filter: %s', (server) => {
  let api: RunningApplication;

  beforeAll(async () => {
    const providers = [Fields, Recorder];
    api = await startGraphql(server, { auth: authentication(), providers });
  });

  afterAll(() => api.close());

  describe.each(['query', 'mutation', 'subscription'])('%s', (kind) => {
    itHolds(() => ({
      ...{ ask: overGraphql(api, kind), close: () => Promise.resolve() },
      ...(kind === 'subscription' && { lookUps: 2, lookUpsOfRefused: 1 }),
    }));
  });
});
