import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DynamicIssuers, type IssuerOptions } from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, vectors } from './catalogue.js';
import { startFixture, type Fixture } from './fixture.js';
import { collector } from './garbage-collector.js';
import { OutboundConnections } from './outbound-connections.js';
import { answerTo, headerValues, pipeline, type RawAnswer } from './raw-socket.js';
import { bearer, requestOf } from './requests.js';
import {
  handledRequests,
  known,
  mintFor,
  requestFor,
  TenantApi,
  tenantOptions,
  TENANTS,
  WAYS,
  type TenantName,
} from './tenant-fixture.js';
import { expectVerdict, type Outcome } from './verdict.js';

const seen = ({ body }: RawAnswer): unknown => JSON.parse(body);

describe.each(WAYS)('tenants that are known by %s', (way) => {
  describe.each(ADAPTERS)('on %s', (adapter) => {
    let api: Fixture;

    const startWith = (tenants: Readonly<Record<string, IssuerOptions>>): Promise<Fixture> => {
      const { issuers, ...auth } = known(way, tenants, { internalHosts: ['127.0.0.1'] });
      const controllers = [TenantApi];
      return startFixture(adapter, { ...(issuers && { issuers }), controllers, auth });
    };
    const ask = async (octets: string, of = api): Promise<Outcome> => {
      const answer = await answerTo(of.port, octets);
      return { answer, reason: of.reason() };
    };

    beforeEach(async () => {
      api = await startWith(tenantOptions());
    });

    afterEach(() => api.close());

    /** A, B, A, B …: which of them each answer was for. */
    async function alternate(times: number): Promise<void> {
      const order = Array.from({ length: times }, (_, index): TenantName =>
        index % 2 === 0 ? 'a' : 'b',
      );
      const one = { a: await mintFor('a', { sub: 'ann' }), b: await mintFor('b', { sub: 'bob' }) };
      const answers = await pipeline(
        api.port,
        order.map((name) => bearer(one[name])),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      answers.forEach((answer, index) => {
        const name = order[index] ?? 'a';
        const sub = name === 'a' ? 'ann' : 'bob';
        expect(seen(answer)).toMatchObject({ sub, issuer: TENANTS[name].iss });
      });
    }

    it('T-04 the same kid in both, alternating', async () => {
      await alternate(1000);
    });

    it('T-05 one tenant named, and signed by the key of the other', async () => {
      expectVerdict(caseOf('T-05'), await ask(requestOf('T-05') ?? ''));
      // Known or not: the other one's own token does not help.
      expect(await ask(await requestFor('a'))).toMatchObject({ reason: 'ok' });
      expectVerdict(caseOf('T-05'), await ask(await requestFor('b', {}, 'a')));
      expectVerdict(caseOf('T-05'), await ask(await requestFor('a', {}, 'b')));
    });

    it('T-07 ten thousand unknown issuers', async () => {
      const collect = collector();
      const outbound = new OutboundConnections();
      const own = await requestFor('a');
      const [header = '', , signature = ''] = (await mintFor('a')).split('.');
      let index = 0;
      const flood = async (count: number): Promise<void> => {
        for (const until = index + count; index < until;) {
          const requests = Array.from({ length: 500 }, () => {
            const claims = JSON.stringify({ iss: `https://${String((index += 1))}.test` });
            return bearer(`${header}.${Buffer.from(claims).toString('base64url')}.${signature}`);
          });
          const answers = await pipeline(api.port, [...requests, own]);
          const statuses = answers.map(({ status }) => status);
          expect(statuses.pop()).toBe(200);
          expect(new Set(statuses)).toEqual(new Set([401]));
          api.events.splice(0);
        }
      };
      await flood(2000);
      collect();
      const before = process.memoryUsage().heapUsed;
      await flood(10_000);
      collect();
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(5 * 1024 * 1024);
      const claims = Buffer.from('{"iss":"https://0.test"}').toString('base64url');
      expectVerdict(caseOf('T-07'), await ask(bearer(`${header}.${claims}.${signature}`)));
      expect(outbound.count).toBe(0);
      outbound.close();
    });

    it.each(['T-08', 'C-64'])('T-08 an issuer that is called like a property: %s', async (id) => {
      expectVerdict(caseOf('T-08'), await ask(requestOf(id) ?? ''));
    });

    it('T-12 the keys of one tenant are a black hole', async () => {
      const hole = await BlackHole.open();
      const { a, b } = tenantOptions();
      const elsewhere = { ...a, jwksUri: hole.url };
      Reflect.deleteProperty(elsewhere, 'jwks');
      const other = await startWith({ a: elsewhere, b });
      const finished: string[] = [];
      const hanging = Array.from({ length: 50 }, async (_, index) => {
        const answer = await ask(await requestFor('a', { jti: String(index) }), other);
        finished.push('a');
        return answer;
      });
      while (hole.connections === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      for (let index = 0; index < 100; index += 1) {
        const outcome = await ask(await requestFor('b', { jti: String(index) }), other);
        expect(outcome.answer.status).toBe(200);
        finished.push('b');
      }
      const answers = await Promise.all(hanging);
      expect(new Set(answers.map(({ answer }) => answer.status))).toEqual(new Set([503]));
      expect(answers.every(({ answer }) => headerValues(answer, 'retry-after').length === 1)).toBe(
        true,
      );
      // While they hang nobody else waits.
      expect(finished.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 'b'));
      expect(hole.connections).toBeLessThanOrEqual(2);
      const { reason } = await ask(await requestFor('a'), other);
      expect(reason).toBe('issuer_unavailable');
      await other.close();
      await hole.close();
    });

    it('T-13 alternating from a cold start, the options as they were', async () => {
      const tenants = tenantOptions();
      const before = structuredClone(tenants);
      await api.close();
      api = await startWith(tenants);
      await alternate(100);
      expect(tenants).toEqual(before);
    });

    it('T-15 the audience of one tenant at the other', async () => {
      const { a, b } = tenantOptions();
      const other = await startWith({
        a: { ...a, audience: 'api://a' },
        b: { ...b, audience: 'api://b' },
      });
      const outcome = (tenant: TenantName, aud: string): Promise<Outcome> =>
        requestFor(tenant, { aud }).then((octets) => ask(octets, other));
      expect((await outcome('a', 'api://a')).answer.status).toBe(200);
      expectVerdict(caseOf('T-15'), await outcome('b', 'api://a'));
      expectVerdict(caseOf('T-15'), await outcome('a', 'api://b'));
      expect((await outcome('b', 'api://b')).answer.status).toBe(200);
      await other.close();
    });

    it('each has claims of its own', async () => {
      const { a, b } = tenantOptions();
      const other = await startWith({
        a: { ...a, claims: { roles: 'groups', organizationId: 'tid' } },
        b: { ...b, claims: { roles: 'realm.roles' } },
      });
      const claims = { groups: ['x'], realm: { roles: ['y'] }, tid: 't', org_id: 'o' };
      const of = async (tenant: TenantName): Promise<unknown> =>
        seen((await ask(await requestFor(tenant, claims), other)).answer);
      expect(await of('a')).toMatchObject({ roles: ['x'], organizationId: 't' });
      expect(await of('b')).toMatchObject({ roles: ['y'], organizationId: 'o' });
      await other.close();
    });
  });
});

describe.each(ADAPTERS)('tenants that come and go on %s', (adapter) => {
  let api: Fixture;
  let tenants: Map<string, IssuerOptions>;
  let isDown: boolean;

  beforeEach(async () => {
    isDown = false;
    const all = Object.values(tenantOptions());
    tenants = new Map(all.map((each) => [each.issuer, { ...each, organizationId: null }]));
    api = await startFixture(adapter, {
      controllers: [TenantApi],
      auth: {
        dynamicIssuers: {
          maxAgeSeconds: 30,
          resolve: (name) => {
            if (isDown) throw new Error('The table of tenants cannot be read');
            return tenants.get(name);
          },
        },
      },
    });
  });

  afterEach(() => api.close());

  const ask = async (octets: string): Promise<Outcome> => {
    const answer = await answerTo(api.port, octets);
    return { answer, reason: api.reason() };
  };

  it('T-09 a tenant is removed: at once where it is said, else within its time', async () => {
    const [a, b] = [await requestFor('a'), await requestFor('b')];
    expect([(await ask(a)).reason, (await ask(b)).reason]).toEqual(['ok', 'ok']);
    tenants.clear();
    api.app.get(DynamicIssuers).forget(vectors.issuer_b);
    expectVerdict(caseOf('T-09'), await ask(b));
    expect((await ask(a)).reason).toBe('ok');
    api.now += 30;
    expectVerdict(caseOf('T-09'), await ask(a));
  });

  it('T-10 the resolver throws', async () => {
    isDown = true;
    const before = handledRequests();
    const outcome = await ask(await requestFor('a'));
    expectVerdict(caseOf('T-10'), outcome);
    expect(headerValues(outcome.answer, 'retry-after')).toEqual(['1']);
    expect(outcome.answer.text).not.toContain('table');
    expect(handledRequests()).toBe(before);
    expect(api.events).toMatchObject([
      { type: 'auth.unavailable', cause: new Error('The table of tenants cannot be read') },
    ]);
  });

  it('a tenant whose options cannot be used is unavailable, and the other is not', async () => {
    const { a } = tenantOptions();
    tenants.set(a.issuer, { ...a, audience: '' });
    const { answer, reason } = await ask(await requestFor('a'));
    expect([answer.status, reason]).toEqual([503, 'lookup_failed']);
    expect(api.events).toMatchObject([{ cause: { name: 'AuthConfigurationError' } }]);
    expect((await ask(await requestFor('b'))).reason).toBe('ok');
  });
});

/** Takes connections, and says nothing. */
class BlackHole {
  connections = 0;
  readonly #server: Server;
  readonly #open = new Set<{ destroy(): unknown }>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.connections += 1;
      this.#open.add(socket);
      socket.on('error', () => undefined);
    });
  }

  static async open(): Promise<BlackHole> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new BlackHole(server);
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/jwks`;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
