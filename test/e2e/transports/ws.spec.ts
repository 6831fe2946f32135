import type { Type } from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthService,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
  type RefusalCode,
} from '../../../lib/index.js';
import { webSockets } from '../../../lib/transports/ws/index.js';
import { describeCases, Mine, MinePolicy, type HandlerName, type Outcome } from './cases.js';
import { connect, LIBRARIES, startSockets, type Library, type Received } from './sockets.js';

interface Answer {
  readonly event: 'answer';
  readonly data: object;
}

const answer = (data: object): Answer => ({ event: 'answer', data });

/** Where a gateway is: in a namespace of socket.io, or at a path. */
function Gateway(library: Library, name: string): ClassDecorator {
  return WebSocketGateway(library === 'ws' ? { path: `/${name}` } : { namespace: name });
}

/** Gateways that say for themselves who may connect. */
function gatewaysByConnection(library: Library): readonly Type[] {
  @Gateway(library, 'closed')
  class ClosedGateway {
    readonly #auth: AuthService;

    constructor(auth: AuthService) {
      this.#auth = auth;
    }

    @SubscribeMessage('closed')
    closed(@CurrentUser('subject') subject: string): Answer {
      expect(this.#auth.principal().subject).toBe(subject);
      return answer({ subject });
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(@CurrentUser('subject') subject: string): Answer {
      return answer({ subject });
    }

    @Mine('payload.owner')
    @SubscribeMessage('owned')
    owned(@MessageBody() _body: unknown, @CurrentUser('subject') subject: string): Answer {
      return answer({ subject });
    }
  }

  @Public()
  @Gateway(library, 'open')
  class OpenGateway {
    readonly #auth: AuthService;

    constructor(auth: AuthService) {
      this.#auth = auth;
    }

    @SubscribeMessage('open')
    open(): Answer {
      return answer({ subject: this.#auth.tryPrincipal()?.subject ?? null });
    }
  }

  @OptionalAuth()
  @Gateway(library, 'optional')
  class OptionalGateway {
    @SubscribeMessage('optional')
    optional(@CurrentUser('subject') subject?: string): Answer {
      return answer({ subject: subject ?? null });
    }
  }
  return [ClosedGateway, OpenGateway, OptionalGateway];
}

/** A gateway that anybody may connect to. */
function gatewayByMessage(library: Library): Type {
  @Gateway(library, 'any')
  class AnyGateway {
    readonly #auth: AuthService;

    constructor(auth: AuthService) {
      this.#auth = auth;
    }

    @Public()
    handleConnection(): void {
      // Whoever it is.
    }

    @SubscribeMessage('closed')
    async closed(@CurrentUser('subject') subject: string): Promise<Answer> {
      await Promise.resolve();
      expect(this.#auth.principal().subject).toBe(subject);
      return answer({ subject });
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(@CurrentUser('subject') subject: string): Answer {
      return answer({ subject });
    }

    @Public()
    @SubscribeMessage('open')
    open(): Answer {
      return answer({ subject: this.#auth.tryPrincipal()?.subject ?? null });
    }

    @OptionalAuth()
    @SubscribeMessage('optional')
    optional(@CurrentUser('subject') subject?: string): Answer {
      return answer({ subject: subject ?? null });
    }

    @Mine('payload.owner')
    @SubscribeMessage('owned')
    owned(@MessageBody() _body: unknown, @CurrentUser('subject') subject: string): Answer {
      return answer({ subject });
    }
  }
  return AnyGateway;
}

/** In the currency of WebSockets: no exception of HTTP, and nothing of what was sent. */
function outcomeOf({ event, data }: Received): Outcome {
  if (event === 'answer') return data as Outcome;
  if (event === 'closed') {
    const { code, reason } = data as { readonly code: number; readonly reason: string };
    return { status: (code - 4000) as 401, code: reason as RefusalCode };
  }
  expect(['refused', 'exception']).toContain(event);
  expect(Object.keys(data as object).sort()).toEqual(['code', 'error', 'message', 'statusCode']);
  const { statusCode, code } = data as { readonly statusCode: 401; readonly code: RefusalCode };
  return { status: statusCode, code };
}

const PLACES: Readonly<Record<HandlerName, string>> = {
  ...{ closed: '/closed', admins: '/closed', owned: '/closed' },
  ...{ open: '/open', optional: '/optional' },
};

for (const library of LIBRARIES) {
  for (const by of ['connection', 'message'] as const) {
    describeCases({
      name: `${library}, by ${by}`,
      start: async (auth) => {
        const gateways =
          by === 'connection' ? gatewaysByConnection(library) : [gatewayByMessage(library)];
        const api = await startSockets(library, {
          providers: [...gateways, MinePolicy],
          auth: { ...auth, transports: [webSockets()] },
        });
        return {
          close: () => api.close(),
          ask: async ({ handler, token, owner }) => {
            const place = by === 'connection' ? PLACES[handler] : '/any';
            const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
            const client = connect(library, api, place, { headers });
            client.send(handler, { owner, headers: { authorization: 'Bearer forged' } });
            const outcome = outcomeOf(await client.next());
            client.close();
            return outcome;
          },
        };
      },
    });
  }
}
