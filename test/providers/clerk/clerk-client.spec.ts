import { AuthUnavailable, ClerkClient } from '../../../lib/index.js';
import { ClerkApiServer, send } from '../../e2e/http/clerk/clerk-api.js';

const membership = (index: number): object => ({
  object: 'organization_membership',
  id: `orgmem_${String(index)}`,
  role: 'org:admin',
  permissions: ['org:sys_memberships:read'],
  organization: { id: `org_${String(index)}`, name: 'x', slug: 'x' },
});

describe('ClerkClient', () => {
  const { secretKey } = ClerkApiServer;
  let server: ClerkApiServer;

  beforeEach(async () => {
    server = await ClerkApiServer.start();
    server.memberships.set('user_ann', [membership(0), membership(1)]);
    server.memberships.set(
      'user_all',
      Array.from({ length: 250 }, (_, index) => membership(index)),
    );
    server.memberships.set(
      'user_many',
      Array.from({ length: 1000 }, (_, i) => membership(i)),
    );
  });
  afterEach(() => server.close());

  const clientOf = (more: object = {}): ClerkClient =>
    new ClerkClient({ secretKey, apiUrl: server.url, ...more });

  it('C18: every organization of a user, on however many pages', async () => {
    const client = clientOf();
    expect(await client.memberships('user_ann')).toEqual([
      { organizationId: 'org_0', role: 'org:admin', permissions: ['org:sys_memberships:read'] },
      { organizationId: 'org_1', role: 'org:admin', permissions: ['org:sys_memberships:read'] },
    ]);
    const all = await client.memberships('user_all');
    expect(new Set(all.map(({ organizationId }) => organizationId)).size).toBe(250);
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/v1/users/user_ann/organization_memberships?limit=100&offset=0',
      '/v1/users/user_all/organization_memberships?limit=100&offset=0',
      '/v1/users/user_all/organization_memberships?limit=100&offset=100',
      '/v1/users/user_all/organization_memberships?limit=100&offset=200',
    ]);
    expect(await client.memberships('user_nobody')).toEqual([]);
    await expect(client.memberships('user_many')).rejects.toBeInstanceOf(AuthUnavailable);
  });

  it('C18: remembered for a while, asked once by many, and forgotten when told', async () => {
    const client = clientOf({ cacheSeconds: 0.3 });
    await Promise.all(Array.from({ length: 10 }, () => client.memberships('user_ann')));
    await client.memberships('user_ann');
    expect(server.asked).toHaveLength(1);
    client.forget('user_ann');
    await client.memberships('user_ann');
    expect(server.asked).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 350));
    await client.memberships('user_ann');
    expect(server.asked).toHaveLength(3);
    const always = clientOf({ cacheSeconds: 0 });
    await always.memberships('user_ann');
    await always.memberships('user_ann');
    expect(server.asked).toHaveLength(5);
  });

  it('C18: what Clerk does not say is unavailable, and nothing else than a user is asked about', async () => {
    const client = clientOf({ timeoutSeconds: 0.2 });
    const answers = [{}, { data: [{}] }, { data: [{ organization: { id: 'org_1' } }] }];
    for (const answer of answers) {
      server.behaviour = (response) => {
        send(response, 200, answer);
      };
      await expect(client.memberships('user_ann')).rejects.toBeInstanceOf(AuthUnavailable);
    }
    server.behaviour = (response) => {
      send(response, 500, {});
    };
    await expect(client.memberships('user_ann')).rejects.toBeInstanceOf(AuthUnavailable);
    server.behaviour = () => undefined;
    await expect(client.memberships('user_ann')).rejects.toBeInstanceOf(AuthUnavailable);
    const before = server.asked.length;
    for (const id of ['', 'org_1', 'user_', 'user_a/../x', 'user_a?limit=1', 'user_a\n']) {
      await expect(client.memberships(id)).rejects.toThrow(TypeError);
    }
    expect(server.asked).toHaveLength(before);
  });
});
