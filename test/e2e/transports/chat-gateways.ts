import { UseGuards, type Type } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { defer, type Observable } from 'rxjs';
import {
  AuthGuard,
  AuthService,
  Claims,
  Credentials,
  CurrentUser,
  OrgId,
  Public,
  Roles,
  RolesGuard,
  type AuthEvent,
  type Credential,
} from '../../../lib/index.js';
import { principalOf, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import type { Library } from './sockets.js';

type TokenClaims = Readonly<Record<string, unknown>>;

/** What a handler answers, over either library. */
interface Answer {
  readonly event: 'answer';
  readonly data: object;
}

const answer = (data: object): Answer => ({ event: 'answer', data });

/** Told by handlers that wait, and told what they wait for. */
export interface Backstage {
  connected: unknown[];
  gone: unknown[];
  events: AuthEvent[];
  release: () => void;
  released: Promise<void>;
}

/** Gateways `chat`, which is closed, `lobby`, which anybody may connect to, and `admin`. */
export function chatGateways(library: Library, backstage: Backstage): readonly Type[] {
  const at = (name: string): object =>
    library === 'ws' ? { path: `/${name}` } : { namespace: name };

  @UseGuards(AuthGuard, RolesGuard)
  @WebSocketGateway(at('chat'))
  class ChatGateway {
    readonly #auth: AuthService;
    readonly #sessions: WebSocketSessions;

    constructor(auth: AuthService, sessions: WebSocketSessions) {
      this.#auth = auth;
      this.#sessions = sessions;
    }

    handleConnection(client: object): void {
      const principal = principalOf(client);
      expect(this.#auth.principal()).toBe(principal);
      const requestId = this.#auth.requestId();
      backstage.connected.push({ subject: principal?.subject, requestId });
    }

    handleDisconnect(client: object): void {
      backstage.gone.push(principalOf(client)?.subject);
    }

    @SubscribeMessage('who')
    who(
      @CurrentUser('subject') subject: string,
      @OrgId() organization: string,
      @Claims() { jti: tokenId }: TokenClaims,
      @Credentials() credential: Credential,
      @ConnectedSocket() client: { user?: unknown; data?: { user?: unknown } },
    ): Observable<Answer> {
      return defer(() => {
        const shown = library === 'ws' ? client.user : client.data?.user;
        const auth = this.#auth;
        expect(shown).toBe(auth.principal());
        expect(auth.organizationId()).toBe(organization);
        expect(auth.credentials()).toBe(credential);
        const requestId = auth.requestId();
        return Promise.resolve(answer({ subject, organization, tokenId, requestId }));
      });
    }

    @SubscribeMessage('slow')
    async slow(@Claims() { jti: tokenId }: TokenClaims): Promise<Answer> {
      await backstage.released;
      return answer({ tokenId, now: this.#auth.claims()['jti'] });
    }

    @SubscribeMessage('release')
    release(@Claims() { jti: tokenId }: TokenClaims): Answer {
      backstage.release();
      return answer({ released: tokenId });
    }

    @SubscribeMessage('renew')
    async renew(
      @ConnectedSocket() client: object,
      @MessageBody('token') token: string,
    ): Promise<Answer> {
      const { subject } = await this.#sessions.reauthenticate(client, token);
      return answer({ renewed: subject });
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(): Answer {
      return answer({});
    }
  }

  @WebSocketGateway(at('lobby'))
  class LobbyGateway {
    readonly #sessions: WebSocketSessions;

    constructor(sessions: WebSocketSessions) {
      this.#sessions = sessions;
    }

    @Public()
    handleConnection(client: object): void {
      expect(principalOf(client)).toBeUndefined();
    }

    @Public()
    @SubscribeMessage('sign-in')
    async signIn(
      @ConnectedSocket() client: object,
      @MessageBody('token') token: string,
    ): Promise<Answer> {
      const { subject } = await this.#sessions.reauthenticate(client, token);
      return answer({ subject });
    }

    @SubscribeMessage('who')
    who(@CurrentUser('subject') subject: string, @ConnectedSocket() client: object): Answer {
      return answer({ subject, principalOf: principalOf(client)?.subject });
    }
  }

  @Roles('admin')
  @WebSocketGateway(at('admin'))
  class AdminGateway {
    @SubscribeMessage('who')
    who(@CurrentUser('subject') subject: string): Answer {
      return answer({ subject });
    }
  }

  return [ChatGateway, LobbyGateway, AdminGateway];
}
