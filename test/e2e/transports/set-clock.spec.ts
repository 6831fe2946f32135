import { Controller, Sse, type MessageEvent } from '@nestjs/common';
import { concat, NEVER, of, type Observable } from 'rxjs';
import { TestIssuer } from '../../../lib/testing/index.js';
import { graphql } from '../../../lib/transports/graphql/index.js';
import { webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import { start, type RunningApplication } from '../http/application.js';
import { chatGateways, type Backstage } from './chat-gateways.js';
import { Feeds, GuardedFeedsResolver } from './feeds.js';
import { connectedModule, dial, first, type Closed } from './graphql-application.js';
import { connect, LIBRARIES, startSockets } from './sockets.js';
import { closeNow } from './streams-api.js';

@Controller()
class Events {
  @Sse('events')
  events(): Observable<MessageEvent> {
    return concat(of({ data: 'first' }), NEVER);
  }
}

describe('when the clock of the issuer is advanced', () => {
  let issuer: TestIssuer;
  let api: RunningApplication;

  beforeEach(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(async () => {
    await closeNow(api);
    await issuer.close();
  });

  it.each(LIBRARIES)('a socket of %s ends with its token', async (library) => {
    const backstage: Backstage = {
      ...{ connected: [], gone: [], events: [] },
      release: () => undefined,
      released: Promise.resolve(),
    };
    api = await startSockets(library, {
      providers: [...chatGateways(library, backstage), WebSocketSessions],
      auth: {
        issuers: [issuer.options({ claims: { organizationId: 'org' } })],
        transports: [webSockets()],
        clock: issuer.clock,
      },
    });
    const authorization = `Bearer ${await issuer.token({ org: 'acme' })}`;
    const client = connect(library, api, '/chat', { headers: { authorization } });
    client.send('who', {});
    expect(await client.next()).toMatchObject({ data: { subject: 'test-user' } });
    issuer.advance(299);
    client.send('who', {});
    expect(await client.next()).toMatchObject({ data: { subject: 'test-user' } });
    issuer.advance(1);
    expect(JSON.stringify(await client.next())).toContain('token_expired');
    client.close();
  });

  it('a connection of GraphQL ends with its token', async () => {
    api = await start('express', {
      imports: [connectedModule('Apollo on Express')],
      providers: [Feeds, GuardedFeedsResolver],
      auth: { issuers: [issuer.options()], transports: [graphql()], clock: issuer.clock },
    });
    const connectionParams = { Authorization: `Bearer ${await issuer.token()}` };
    let onClosed: (event: Closed) => void = () => undefined;
    const closed = new Promise<Closed>((resolve) => {
      onClosed = resolve;
    });
    const client = dial(api, { connectionParams, onClosed });
    expect((await first(client, '{ hello }')).data).toEqual({ hello: 'hello' });
    issuer.advance(300);
    expect(await closed).toMatchObject({ code: 4401, reason: 'token_expired' });
    await client.dispose();
  });

  it('an event stream ends with its token', async () => {
    const auth = { issuers: [issuer.options()], clock: issuer.clock };
    api = await start('express', { controllers: [Events], auth });
    const authorization = `Bearer ${await issuer.token()}`;
    const response = await fetch(`${api.url}/events`, { headers: { authorization } });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    issuer.advance(300);
    while ((await reader?.read())?.done !== true) {
      // What was sent before.
    }
  });
});
