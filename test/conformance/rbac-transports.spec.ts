import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Sse,
  StreamableFile,
  UseGuards,
  type MessageEvent,
} from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core/helpers/external-context-creator.js';
import { concat, of, Subject, type Observable } from 'rxjs';
import {
  AuthGuard,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
  RolesGuard,
  type Principal,
} from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { authorizationOf, caseOf, vectors } from './catalogue.js';
import { catalogueCodes } from './codes.js';
import { startFixture, type Fixture } from './fixture.js';
import { headerValues } from './raw-socket.js';
import {
  ADMIN,
  ask,
  asking,
  expectRuling,
  expectServedToAnybody,
  jsonOf,
  USER,
  withApi,
} from './rbac-fixture.js';

const pulses = new Subject<MessageEvent>();
const opened: string[] = [];

/** Handlers whose answer takes its time. */
@Controller()
class StreamsApi {
  @Sse('events')
  events(): Observable<MessageEvent> {
    opened.push('events');
    return concat(of({ data: 'first' }), pulses);
  }

  @Get('file')
  file(): StreamableFile {
    opened.push('file');
    return new StreamableFile(Buffer.from('streamed'));
  }
}

/** Handlers that ask nobody who they are. */
@Controller()
class OpenApi {
  @Public()
  @Get('public')
  public(@CurrentUser() user: Principal | undefined): object {
    return { user: user ?? 'undefined' };
  }

  @Public()
  @Get('public/subject')
  subject(@CurrentUser('subject') subject: string | undefined): object {
    return { user: subject ?? 'undefined' };
  }

  @OptionalAuth({ onInvalid: 'anonymous' })
  @Get('optional')
  optional(@CurrentUser() user: Principal): object {
    return { kind: user.kind, subject: user.subject, roles: user.roles };
  }
}

/** What answers messages, with guards that serve HTTP. */
@Injectable()
@UseGuards(AuthGuard, RolesGuard)
class Messages {
  @Roles('admin')
  closed(): string {
    return 'closed';
  }

  undeclared(): string {
    return 'undeclared';
  }
}

/** A handler of messages as Nest makes one for a transport: guards, and then the method. */
function messageHandler(
  api: Fixture,
  name: 'closed' | 'undeclared',
  type: string,
): (...args: readonly unknown[]) => Promise<unknown> {
  const messages = api.app.get(Messages);
  const method: unknown = Reflect.get(messages, name);
  const rest = [undefined, undefined, undefined, undefined, undefined, type] as const;
  const creator = api.app.get(ExternalContextCreator, { strict: false });
  return creator.create<never, string>(messages, method as never, name, ...rest);
}

describe.each(ADAPTERS)('who is asked on %s', (adapter) => {
  let api: Fixture;

  beforeAll(async () => {
    api = await startFixture(adapter, { controllers: [OpenApi] });
  });

  afterAll(() => api.close());

  it.each([
    ['R-66', 'GET /public'],
    ['R-66', 'GET /public/subject'],
  ])('%s nobody at %s', async (id, target) => {
    const outcome = await ask(api, asking(target));
    expectServedToAnybody(id, outcome);
    expect(jsonOf(outcome.answer)).toEqual({ user: 'undefined' });
  });

  it.each([
    ['R-67', 'an expired token', authorizationOf('C-01')],
    ['R-67', 'a forged token', authorizationOf('J-05')],
    ['R-67', 'no token at all', 'Bearer'],
    ['R-67', 'a good token', authorizationOf('OK-ADMIN')],
  ])('%s %s says nothing where nobody is asked', async (id, _, authorization) => {
    const headers = [`Authorization: ${authorization}`];
    const outcome = await ask(api, asking('GET /public', undefined, headers));
    expectServedToAnybody(id, outcome);
    expect(jsonOf(outcome.answer)).toEqual({ user: 'undefined' });
  });

  it('R-67 an expired token makes nobody, where nobody may come', async () => {
    const headers = [`Authorization: ${authorizationOf('C-01')}`];
    const { answer } = await ask(api, asking('GET /optional', undefined, headers));
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ kind: 'anonymous', subject: 'anonymous', roles: [] });
  });
});

describe.each(ADAPTERS)('other ways in on %s', (adapter) => {
  const handlers = ['closed', 'undeclared'] as const;
  const rows = ['ws', 'rpc', 'graphql', 'unheard-of'].flatMap((type) =>
    handlers.map((name) => ['R-56', type, name] as const),
  );

  it.each(rows)('%s %s: %s is not answered', (id, type, name) =>
    withApi(adapter, { providers: [Messages] }, async (api) => {
      const call = messageHandler(api, name, type);
      const request = { headers: { authorization: `Bearer ${ADMIN}` }, on: () => undefined };
      await expect(call(request, {})).rejects.toThrow(ForbiddenException);
      expect(catalogueCodes(api.reason())).toContain(caseOf(id).expected_error_code);
    }),
  );

  it.each([
    ['R-57', 'GET /events'],
    ['R-57', 'GET /file'],
  ])('%s %s does not begin without a token', (id, target) =>
    withApi(adapter, { controllers: [StreamsApi] }, async (api) => {
      opened.length = 0;
      const outcome = await ask(api, asking(target));
      expectRuling(id, outcome);
      expect(headerValues(outcome.answer, 'content-type').join()).toContain('application/json');
      expect(opened).toEqual([]);
      expect((await ask(api, asking(target, USER))).answer.status).toBe(200);
      expect(opened).toHaveLength(1);
    }),
  );

  it('R-57 what began while the token was good goes on; nothing begins after that', () =>
    withApi(adapter, { controllers: [StreamsApi] }, async (api) => {
      const hangUp = new AbortController();
      const headers = { authorization: `Bearer ${USER}` };
      const stream = await fetch(`${api.url}/events`, { headers, signal: hangUp.signal });
      const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
      const next = async (): Promise<string> =>
        new TextDecoder().decode((await reader.read()).value);
      expect(await next()).toContain('first');
      api.now = vectors.now + 3600;
      pulses.next({ data: 'second' });
      expect(await next()).toContain('second');
      const late = await ask(api, asking('GET /events', USER));
      expect(late).toMatchObject({ answer: { status: 401 }, reason: 'token_expired' });
      hangUp.abort();
    }));
});
