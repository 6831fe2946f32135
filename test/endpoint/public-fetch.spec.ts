import { createServer, type Server } from 'node:http';
import { createServer as createSocketServer, isIP, type AddressInfo } from 'node:net';
import { fetchJson } from '../../lib/endpoint/fetch-json.js';
import { isPublicAddress } from '../../lib/endpoint/public-address.js';
import { namesOfServers, type Names } from '../../lib/endpoint/names.js';
import { NameServer } from './name-server.js';
import { publicFetch, type NamesBySide } from '../../lib/endpoint/public-fetch.js';
import { OutboundConnections } from '../conformance/outbound-connections.js';

const PRIVATE = /^http.* is at a private address: if that is meant, add its host to dynamicIssuers/;

/** Names that lead where a test says, one answer after the other. */
function names(...answers: readonly (readonly string[])[]): NamesBySide & { asked: string[] } {
  const asked: string[] = [];
  const given = [...answers];
  const look: Names = (name) => {
    asked.push(name);
    const addresses = (given.length > 1 ? given.shift() : given[0]) ?? [];
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    return Promise.resolve(found);
  };
  return { internal: look, external: look, asked };
}

describe('isPublicAddress', () => {
  it.each([
    ['this network', '0.0.0.0', '0.1.2.3'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1', '100.127.255.255'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['link-local, metadata services', '169.254.169.254', 'fe80::1', 'febf::1'],
    ['protocols and documentation', '192.0.0.8', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
    ['benchmarks', '198.18.0.1', '198.19.255.255'],
    ['relays', '192.88.99.1'],
    ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['reserved and broadcast', '240.0.0.1', '255.255.255.255'],
    ['unspecified', '::'],
    ['IPv4 in IPv6', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::7f00:1', '64:ff9b::a00:1'],
    ['IPv4 in tunnels', '2002:7f00:1::', '2001:0:a00:1::'],
    ['unique local, site-local', 'fc00::1', 'fd12:3456::1', 'fec0::1'],
    ['documentation in IPv6', '2001:db8::1', '3fff::1'],
    ['discard', '100::1'],
    ['no address', 'localhost', '', '127.1', '2130706433'],
  ])('is of %s: no', (_, ...addresses) => {
    for (const address of addresses)
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s: yes',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('publicFetch', () => {
  let server: Server;
  let port: number;
  let asked: string[];
  let outbound: OutboundConnections;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${String(request.headers.host)}${String(request.url)}`);
      if (request.url === '/away') response.writeHead(302, { location: '/jwks' }).end();
      else response.setHeader('etag', '"1"').end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    outbound = new OutboundConnections();
  });

  afterEach(async () => {
    outbound.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const fetched = (address: string, fetch = publicFetch(new Set())): Promise<unknown> =>
    fetchJson(new URL(address), { fetch, signal: AbortSignal.timeout(2000) });
  const at = (host: string, path = '/jwks'): string => `http://${host}:${String(port)}${path}`;

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '017700000001',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0',
    '169.254.169.254',
    '10.0.0.1',
    '[fd00::1]',
    '[64:ff9b::7f00:1]',
  ])('does not connect to %s', async (host) => {
    await expect(fetched(at(host))).rejects.toThrow(PRIVATE);
    expect([asked, outbound.count]).toEqual([[], 0]);
  });

  it.each(['localhost', 'LOCALHOST', 'localhost.', 'idp.localhost'])(
    'does not connect to where %s leads',
    async (host) => {
      await expect(fetched(at(host))).rejects.toThrow(PRIVATE);
      expect(asked).toEqual([]);
    },
  );

  it.each([
    ['loopback', ['127.0.0.1']],
    ['a private address beside a public one', ['93.184.216.34', '10.0.0.1']],
    ['loopback in IPv6', ['::1']],
    ['loopback in IPv6, written as IPv4', ['::ffff:127.0.0.1']],
  ])('does not connect where a name leads to %s', async (_, addresses) => {
    const fetch = publicFetch(new Set(), names(addresses));
    await expect(fetched(at('idp.example.com'), fetch)).rejects.toThrow(PRIVATE);
    expect(asked).toEqual([]);
  });

  it('says of a name that leads nowhere what the network says', async () => {
    const nowhere: Names = () =>
      Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const fetch = publicFetch(new Set(), { internal: nowhere, external: nowhere });
    await expect(fetched('https://nowhere.test/', fetch)).rejects.toThrow(
      'could not be reached (ENOTFOUND)',
    );
    await expect(
      fetched('https://nowhere.test/', publicFetch(new Set(), names([]))),
    ).rejects.toThrow('could not be reached');
  });

  it('looks a name up once for a request: what was checked is what is connected to', async () => {
    // Whoever looks it up a second time is led to loopback.
    const rebinding = names(['192.0.2.1'], ['127.0.0.1']);
    await expect(fetched(at('rebinding.test'), publicFetch(new Set(), rebinding))).rejects.toThrow(
      PRIVATE,
    );
    expect(rebinding.asked).toEqual(['rebinding.test']);
  });

  it('connects to the very address that was looked up', async () => {
    const known = names(['127.0.0.1']);
    const fetch = publicFetch(new Set(['idp.example.com']), known);
    expect(await fetched(at('idp.example.com'), fetch)).toMatchObject({
      document: { keys: [] },
      etag: '"1"',
    });
    expect(asked).toEqual([`idp.example.com:${String(port)}/jwks`]);
    expect(known.asked).toEqual(['idp.example.com']);
  });

  it('lets in what is named, exactly, with the port where it has one', async () => {
    const named = (...hosts: string[]): ReturnType<typeof publicFetch> =>
      publicFetch(new Set(hosts));
    expect(await fetched(at('127.0.0.1'), named(`127.0.0.1:${String(port)}`))).toBeDefined();
    expect(await fetched(at('localhost'), named('localhost'))).toBeDefined();
    await expect(fetched(at('127.0.0.1'), named('127.0.0.1:1'))).rejects.toThrow(PRIVATE);
    await expect(fetched(at('127.0.0.1'), named('localhost'))).rejects.toThrow(PRIVATE);
    await expect(fetched('http://127.0.0.1/', named('127.0.0.1:443'))).rejects.toThrow(PRIVATE);
    await expect(fetched('http://127.0.0.1:1/', named('127.0.0.1'))).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  it('follows no redirect', async () => {
    await expect(
      fetched(at('127.0.0.1', '/away'), publicFetch(new Set(['127.0.0.1']))),
    ).rejects.toThrow('answered with status 302');
    expect(asked).toHaveLength(1);
  });

  it('takes no connection that somebody else keeps', async () => {
    const { Agent, globalAgent, request } = await import('node:http');
    expect(globalAgent).toBeInstanceOf(Agent);
    await new Promise((resolve, reject) => {
      request(at('localhost'), (response) => response.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
    await expect(fetched(at('localhost'))).rejects.toThrow(PRIVATE);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['another protocol', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\n{}'],
    ['a status below all others', 'HTTP/1.1 001 No\r\nContent-Length: 2\r\n\r\n{}'],
    ['no protocol', 'SSH-2.0-OpenSSH\r\n'],
    ['nothing', ''],
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{'],
    ['too many headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}\r\n{}`],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nx: \u0001\r\nContent-Length: 2\r\n\r\n{}'],
  ])('survives %s', async (_, octets) => {
    const strange = createSocketServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end(octets, 'latin1', () => {
        socket.destroySoon();
      });
    });
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${String((strange.address() as AddressInfo).port)}/`;
    await expect(fetched(address, publicFetch(new Set(['127.0.0.1'])))).rejects.toMatchObject({
      name: 'IssuerEndpointError',
      isTransient: true,
    });
    await new Promise((resolve) => strange.close(resolve));
  });

  it('does not mind being ended after the answer was read', async () => {
    const ending = new AbortController();
    const fetch = publicFetch(new Set(['127.0.0.1']));
    await fetchJson(new URL(at('127.0.0.1')), { fetch, signal: ending.signal });
    ending.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  describe('with a name server', () => {
    let nameServer: NameServer;

    beforeEach(async () => {
      nameServer = await NameServer.start({
        'idp.test': ['127.0.0.1', '::1'],
        'public.test': ['93.184.216.34', '2606:4700::1111'],
        'only6.test': ['2606:4700::1111'],
      });
    });

    afterEach(() => nameServer.close());

    const asServersSay: Names = (name) => namesOfServers(name, nameServer.resolver());

    it('finds addresses of both families', async () => {
      expect(await asServersSay('public.test')).toEqual([
        { address: '93.184.216.34', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ]);
      expect(await asServersSay('only6.test')).toEqual([{ address: '2606:4700::1111', family: 6 }]);
      await expect(asServersSay('nowhere.test')).rejects.toMatchObject({ syscall: 'queryA' });
    });

    it('does not connect where it leads to this machine', async () => {
      const fetch = publicFetch(new Set(), { internal: asServersSay, external: asServersSay });
      await expect(fetched(at('idp.test'), fetch)).rejects.toThrow(PRIVATE);
      expect(asked).toEqual([]);
      const named = publicFetch(new Set(['idp.test']), {
        internal: asServersSay,
        external: asServersSay,
      });
      expect(await fetched(at('idp.test'), named)).toMatchObject({ document: { keys: [] } });
    });
  });

  it('ends at once when it is ended before', async () => {
    const fetch = publicFetch(new Set(['127.0.0.1']));
    await expect(
      fetchJson(new URL(at('127.0.0.1')), { fetch, signal: AbortSignal.abort() }),
    ).rejects.toThrow('is not asked any more');
    expect(asked).toEqual([]);
  });
});
