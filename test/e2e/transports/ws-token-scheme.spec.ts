import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CurrentUser } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { webSockets } from '../../../lib/transports/ws/index.js';
import type { RunningApplication } from '../http/application.js';
import { connect, startSockets } from './sockets.js';

@WebSocketGateway({ namespace: '/chat' })
class Chat {
  @SubscribeMessage('who')
  who(@CurrentUser('subject') subject: string): object {
    return { event: 'who', data: { subject } };
  }
}

describe('auth.token of socket.io', () => {
  let issuer: TestIssuer;
  let api: RunningApplication;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await startSockets('socket.io', {
      providers: [Chat],
      auth: { issuers: [issuer.options()], transports: [webSockets()] },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  /** Who a client is that presents this, or why it is nobody. */
  async function presented(token: string): Promise<unknown> {
    const client = connect('socket.io', api, '/chat', { auth: { token } });
    client.send('who', {});
    const { data } = await client.next();
    client.close();
    const { code, subject } = data as { readonly code?: unknown; readonly subject?: unknown };
    return code ?? subject;
  }

  const token = (): Promise<string> => issuer.token({ sub: 'ann' });

  it.each(['', 'Bearer ', 'bearer ', 'BEARER '])('may begin with %j', async (scheme) => {
    expect(await presented(`${scheme}${await token()}`)).toBe('ann');
  });

  it.each([
    ['Bearer  ', 'invalid_request'],
    [' Bearer ', 'invalid_request'],
    ['Bearer\t', 'invalid_request'],
    ['Bearer Bearer ', 'invalid_request'],
    ['Basic ', 'invalid_request'],
    ['Bearer', 'token_malformed'],
    ['Bearer:', 'token_malformed'],
  ])('is none that begins with %j', async (begin, code) => {
    expect(await presented(`${begin}${await token()}`)).toBe(code);
  });

  it('is none where there is nothing but the scheme', async () => {
    expect(await presented('Bearer ')).toBe('invalid_request');
  });
});
