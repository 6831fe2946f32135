import { AuthService, MemoryKeyValueStore, type AuthEvent } from '../../../../lib/index.js';
import { tokens, TokenServer } from '../../../outbound/token-server.js';
import { ADAPTERS, start, type RunningApplication } from '../application.js';

/** A store that can be told to be down. */
class FailingStore extends MemoryKeyValueStore {
  isDown = false;

  override get(key: string): string | undefined {
    if (this.isDown) throw new Error(`no ${key}`);
    return super.get(key);
  }
}

describe.each(ADAPTERS)('serviceTokenStore, on %s', (adapter) => {
  it('lets instances share their tokens, and is told of where it fails', async () => {
    const server = await TokenServer.start();
    server.behaviour = tokens();
    const events: AuthEvent[] = [];
    const serviceTokenStore = new FailingStore();
    const billing = {
      tokenEndpoint: server.url.href,
      clientId: 'storefront',
      clientSecret: 'secret',
    };
    const instance = (): Promise<RunningApplication> =>
      start(adapter, {
        auth: {
          issuers: [{ issuer: 'https://login.test/', audience: 'api', secret: 's'.repeat(32) }],
          services: { billing },
          serviceTokenStore,
          onEvent: (event) => void events.push(event),
        },
      });
    const all = [await instance(), await instance(), await instance()];
    const [first, second, third] = all.map(({ app }) => app.get(AuthService));
    expect(await first?.serviceToken('billing')).toBe('token-1');
    expect(await second?.serviceToken('billing')).toBe('token-1');
    expect(server.asked).toHaveLength(1);
    serviceTokenStore.isDown = true;
    expect(await third?.serviceToken('billing')).toBe('token-2');
    expect(events.filter(({ type }) => type === 'token.store_failed')).toEqual([
      {
        type: 'token.store_failed',
        service: 'billing',
        operation: 'read',
        cause: expect.any(Error) as unknown,
      },
    ]);
    for (const each of all) await each.close();
    await server.close();
  });
});
