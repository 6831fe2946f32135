import { createParamDecorator } from '@nestjs/common';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthConfigurationError,
  AuthModule,
  Claims,
  createTenantDecorator,
  Credentials,
  CurrentUser,
  ForwardedContext,
  OrgId,
  Public,
  Resource,
} from '../../lib/index.js';
import { webSockets } from '../../lib/transports/ws/index.js';
import { create, moduleOf } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];
const WorkspaceId = createTenantDecorator('WorkspaceId');
const Foreign = createParamDecorator(() => 'foreign');

function nothing(): void {
  // Nobody calls it.
}

/** A gateway whose method has a decorated second parameter. */
function gatewayWith(method: string, decorator: ParameterDecorator): object {
  class Chat {}
  Object.defineProperty(Chat.prototype, method, { value: nothing, configurable: true });
  decorator(Chat.prototype, method, 1);
  WebSocketGateway()(Chat);
  return Chat;
}

async function bootWith(gateway: object): Promise<string> {
  const imports = [AuthModule.forRoot({ issuers, transports: [webSockets()] })];
  const app = await create('express', moduleOf({ imports, providers: [gateway as never] }));
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

describe('a parameter that Nest does not fill', () => {
  it.each<[string, ParameterDecorator]>([
    ['CurrentUser', CurrentUser('subject')],
    ['OrgId', OrgId()],
    ['WorkspaceId', WorkspaceId()],
    ['Claims', Claims()],
    ['Credentials', Credentials()],
    ['Resource', Resource()],
    ['ForwardedContext', ForwardedContext()],
  ])('@%s refuses to boot', async (name, decorator) => {
    expect(await bootWith(gatewayWith('handleConnection', decorator))).toBe(
      `Chat.handleConnection has a parameter @${name}, and Nest calls it with what the adapter passes. Ask principalOf(client), from 'nestjs-portcullis/ws', with the client that is its first argument.`,
    );
  });

  it.each([
    ['handleDisconnect', /^Chat\.handleDisconnect has a parameter @OrgId, .* Ask principalOf/],
    [
      'afterInit',
      /^Chat\.afterInit has a parameter @OrgId, .* Remove it: nobody has connected yet\.$/,
    ],
  ])('refuses to boot: of %s', async (method, sentence) => {
    expect(await bootWith(gatewayWith(method, OrgId()))).toMatch(sentence);
  });

  it('refuses to boot where a base class has it, and anybody may connect', async () => {
    class Base {
      @Public()
      handleConnection(_client: object, @CurrentUser() user: unknown): unknown {
        return user;
      }
    }
    @WebSocketGateway()
    class Lobby extends Base {}
    expect(await bootWith(Lobby)).toMatch(
      /^Lobby\.handleConnection has a parameter @CurrentUser, /,
    );
  });

  it.each([
    ["Nest's", ConnectedSocket()],
    ["the application's", Foreign()],
  ])('is none of our business where it is %s', async (_, decorator) => {
    expect(await bootWith(gatewayWith('handleConnection', decorator))).toBe('booted');
  });

  it('is filled in handlers of messages', async () => {
    @WebSocketGateway()
    class Chat {
      @SubscribeMessage('say')
      say(@CurrentUser() user: unknown): unknown {
        return user;
      }
    }
    expect(await bootWith(Chat)).toBe('booted');
  });
});
