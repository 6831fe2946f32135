import { Module, type Type } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthConfigurationError,
  AuthModule,
  Authorize,
  hasRole,
  Public,
  Roles,
  SameOrg,
} from '../../lib/index.js';
import { webSockets } from '../../lib/transports/ws/index.js';
import { create } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];

function nothing(): void {
  // Called by nobody.
}

/** Initializes an application with gateways, and tells with what sentence it was refused. */
async function bootWith(...gateways: readonly Type[]): Promise<string> {
  @Module({
    imports: [AuthModule.forRoot({ issuers, transports: [webSockets()] })],
    providers: [...gateways],
  })
  class Root {}
  const app = await create('express', Root);
  try {
    await app.init();
    return 'booted';
  } catch (error) {
    expect(error).toBeInstanceOf(AuthConfigurationError);
    return (error as Error).message;
  } finally {
    await app.close().catch(() => undefined);
  }
}

describe('a rule for messages that holds for connecting, too', () => {
  it('refuses to boot: nobody could connect', async () => {
    @WebSocketGateway()
    @SameOrg('payload.org')
    class Chat {
      @SubscribeMessage('read')
      read(): void {
        nothing();
      }
    }
    expect(await bootWith(Chat)).toBe(
      'Chat.handleConnection has a rule, declared on Chat, that reads payload.org, and nobody who connects has sent a message yet. Declare the rule on the handlers of messages, and not on the class: what is declared there holds for connecting, too.',
    );
  });

  it('says that messages have no query either', async () => {
    @WebSocketGateway()
    class Chat {
      @SameOrg('query.id')
      handleConnection(): void {
        nothing();
      }
    }
    expect(await bootWith(Chat)).toBe(
      "Chat.handleConnection has a rule, declared on Chat.handleConnection, that reads query.id, which nothing has that comes by ws. Connecting has no arguments, so that its rules decide by who is calling: @Roles, hasPermission(…). Messages have a payload, which rules on their handlers read: arg('payload.id').",
    );
  });

  it('boots where anybody may connect, or the rule reads nothing', async () => {
    @WebSocketGateway()
    @SameOrg('payload.org')
    class Lobby {
      @Public()
      handleConnection(): void {
        nothing();
      }

      @SubscribeMessage('read')
      read(): void {
        nothing();
      }
    }
    @WebSocketGateway({ namespace: 'staff' })
    @Roles('staff')
    @Authorize(hasRole('staff'))
    class Staff {}
    expect(await bootWith(Lobby, Staff)).toBe('booted');
  });
});
