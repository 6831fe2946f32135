import { Module, type Type } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthReport, CurrentUser, Public, Roles } from '../../../lib/index.js';
import { answer, ask, connected, GatewayBench, Named, refusal } from './gateway-bench.js';
import { LIBRARIES } from './sockets.js';

let bench: GatewayBench;

beforeAll(async () => {
  bench = await GatewayBench.start();
});

afterEach(() => bench.clear());

afterAll(() => bench.close());

describe.each(LIBRARIES)('gateways that are declared in other ways: %s', (library) => {
  const at = (name: string): object =>
    library === 'ws' ? { path: `/${name}` } : { namespace: name };

  abstract class BaseGateway {
    @SubscribeMessage('plain')
    plain(@CurrentUser('subject') subject: string): object {
      return answer(`plain ${subject}`);
    }

    @Roles('admin')
    @SubscribeMessage('admins')
    admins(): object {
      return answer('reached');
    }

    @Roles('admin')
    @SubscribeMessage('overridden')
    overridden(): object {
      return answer('base');
    }

    @Public()
    @SubscribeMessage('open')
    open(): object {
      return answer('open');
    }
  }

  @WebSocketGateway(at('derived'))
  class DerivedGateway extends BaseGateway {
    @SubscribeMessage('overridden')
    override overridden(): object {
      return answer('derived');
    }
  }

  @Roles('member')
  @WebSocketGateway(at('closed'))
  class ClosedGateway extends BaseGateway {}

  it('handlers of a base class are guarded by what is declared there, and by the class', async () => {
    const api = await bench.serving(library, { providers: [DerivedGateway, ClosedGateway] });
    expect(await refusal(bench.open(library, api, '/derived'))).toBe('missing_credentials');
    const ann = bench.open(library, api, '/derived', await bench.bearing('ann'));
    expect(await ask(ann, 'plain')).toBe('plain ann');
    expect(await ask(ann, 'admins')).toMatchObject({ code: 'forbidden' });
    expect(await ask(ann, 'overridden')).toMatchObject({ code: 'forbidden' });
    expect(await ask(ann, 'open')).toBe('open');
    const root = bench.open(library, api, '/derived', await bench.bearing('root', 'admin'));
    expect(await ask(root, 'admins')).toBe('reached');
    expect(await ask(root, 'overridden')).toBe('derived');
    expect(await refusal(bench.open(library, api, '/closed', await bench.bearing('ann')))).toBe(
      'forbidden',
    );
    const member = bench.open(library, api, '/closed', await bench.bearing('ann', 'member'));
    expect(await ask(member, 'plain')).toBe('plain ann');
    expect(await ask(member, 'admins')).toMatchObject({ code: 'forbidden' });
  });

  it('one that two modules provide is guarded in both, and each message is looked up once', async () => {
    @WebSocketGateway(at('twice'))
    class TwiceGateway extends Named {
      @SubscribeMessage('plain')
      plain(@CurrentUser('subject') subject: string): object {
        return answer(`plain ${subject}`);
      }

      @Roles('admin')
      @SubscribeMessage('admins')
      admins(): object {
        return answer('reached');
      }
    }
    const api = await bench.serving(library, {
      imports: [providing(TwiceGateway), providing(TwiceGateway)],
    });
    expect(await refusal(bench.open(library, api, '/twice'))).toBe('missing_credentials');
    expect(connected).toEqual([]);
    const ann = bench.open(library, api, '/twice', await bench.bearing('ann'));
    // Nest has both instances hear each message.
    const both = [await ask(ann, 'plain'), (await ann.next()).data];
    expect(both).toEqual(['plain ann', 'plain ann']);
    const forbidden = [await ask(ann, 'admins'), (await ann.next()).data];
    expect(forbidden).toMatchObject([{ code: 'forbidden' }, { code: 'forbidden' }]);
    expect(connected).toEqual(['TwiceGateway ann', 'TwiceGateway ann']);
    const routes = api.app.get(AuthReport).routes();
    expect(routes.filter(({ handler }) => handler === 'admins')).not.toEqual([]);
  });
});

function providing(gateway: Type): Type {
  class GatewayModule {}
  Module({ providers: [gateway] })(GatewayModule);
  return GatewayModule;
}
