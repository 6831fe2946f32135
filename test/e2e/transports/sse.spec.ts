import { Controller, Sse, type MessageEvent } from '@nestjs/common';
import { concat, NEVER, of, type Observable } from 'rxjs';
import {
  AuthService,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
  type RefusalCode,
} from '../../../lib/index.js';
import { ADAPTERS, start } from '../http/application.js';
import { describeCases, Mine, MinePolicy, type Outcome } from './cases.js';
import { firstEvent } from './event-source.js';
import { closeNow } from './streams-api.js';

/** One event, and none after it: the stream stays open. */
const said = (subject: string | null): Observable<MessageEvent> =>
  concat(of({ data: { subject } }), NEVER);

@Controller()
class Handlers {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @Sse('closed')
  closed(@CurrentUser('subject') subject: string): Observable<MessageEvent> {
    expect(this.#auth.principal().subject).toBe(subject);
    return said(subject);
  }

  @Roles('admin')
  @Sse('admins')
  admins(@CurrentUser('subject') subject: string): Observable<MessageEvent> {
    return said(subject);
  }

  @Public()
  @Sse('open')
  open(): Observable<MessageEvent> {
    return said(this.#auth.tryPrincipal()?.subject ?? null);
  }

  @OptionalAuth()
  @Sse('optional')
  optional(@CurrentUser('subject') subject?: string): Observable<MessageEvent> {
    return said(subject ?? null);
  }

  @Mine('query.owner')
  @Sse('owned')
  owned(@CurrentUser('subject') subject: string): Observable<MessageEvent> {
    return said(subject);
  }
}

/** A refusal is an answer as any other: no client has begun to read events. */
function checkRefusal({ status, headers }: Response): void {
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('www-authenticate') !== null).toBe(status === 401);
  expect(headers.get('retry-after') !== null).toBe(status === 503);
}

for (const adapter of ADAPTERS) {
  describeCases({
    name: `server-sent events (${adapter})`,
    start: async (auth) => {
      const api = await start(adapter, {
        ...{ controllers: [Handlers], providers: [MinePolicy], auth },
      });
      return {
        close: () => closeNow(api),
        ask: async ({ handler, token, owner }) => {
          const query = owner === undefined ? '' : `?owner=${owner}`;
          const response = await fetch(`${api.url}/${handler}${query}`, {
            headers: {
              accept: 'text/event-stream',
              ...(token !== undefined && { authorization: `Bearer ${token}` }),
            },
          });
          if (response.status === 200) {
            expect(response.headers.get('content-type')).toBe('text/event-stream');
            return (await firstEvent(response)) as Outcome;
          }
          checkRefusal(response);
          const body = (await response.json()) as Record<string, unknown>;
          expect(body['statusCode']).toBe(response.status);
          return { status: response.status as 401, code: body['code'] as RefusalCode };
        },
      };
    },
  });
}
