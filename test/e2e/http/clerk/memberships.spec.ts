import { Controller, Get, Injectable } from '@nestjs/common';
import {
  arg,
  Authorize,
  ClerkClient,
  type AuthEvent,
  type Policy,
  type PolicyRequest,
} from '../../../../lib/index.js';
import { ADAPTERS, get, start } from '../application.js';
import { ClerkApiServer } from './clerk-api.js';
import { ClerkInstance } from './clerk-instance.js';

let server: ClerkApiServer;

@Injectable()
class IsMember implements Policy<{ org: unknown }> {
  readonly #clerk = new ClerkClient({
    secretKey: ClerkApiServer.secretKey,
    apiUrl: server.url,
    cacheSeconds: 0,
  });

  async allows({ principal, args }: PolicyRequest<{ org: unknown }>): Promise<boolean> {
    const all = await this.#clerk.memberships(principal.subject);
    return all.some(({ organizationId }) => organizationId === args.org);
  }
}

@Controller()
class Api {
  @Authorize(IsMember, { org: arg('params.org') })
  @Get(':org')
  org(): object {
    return {};
  }
}

const instance = new ClerkInstance();

describe.each(ADAPTERS)('organizations that are not the active one, on %s', (adapter) => {
  it('C18: a policy asks, and what cannot be told is 503', async () => {
    server = await ClerkApiServer.start();
    server.memberships.set('user_ann', [
      { role: 'org:member', permissions: [], organization: { id: 'org_2' } },
    ]);
    const events: AuthEvent[] = [];
    const api = await start(adapter, {
      controllers: [Api],
      providers: [IsMember],
      auth: { issuers: [instance.provider()], onEvent: (event) => void events.push(event) },
    });
    const token = instance.session({ o: { id: 'org_1', rol: 'admin' } });
    expect((await get(`${api.url}/org_2`, token)).status).toBe(200);
    expect((await get(`${api.url}/org_3`, token)).status).toBe(403);
    server.behaviour = (response) => void response.destroy();
    expect((await get(`${api.url}/org_2`, token)).status).toBe(503);
    expect(events.at(-1)).toMatchObject({ type: 'auth.unavailable', reason: 'lookup_failed' });
    await api.close();
    await server.close();
  });
});
