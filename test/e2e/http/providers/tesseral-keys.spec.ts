import { exportJWK, generateKeyPair } from 'jose';
import { ADAPTERS } from '../application.js';
import { TesseralApi } from '../../../providers/tesseral/tesseral-api.js';
import { PUBLISHABLE_KEY, TesseralServer } from '../../../providers/tesseral/tesseral-server.js';

const CONFIG = `/v1/config/${PUBLISHABLE_KEY}`;

describe.each(ADAPTERS)('signing keys of Tesseral, on %s', (adapter) => {
  let server: TesseralServer;
  let api: TesseralApi | undefined;
  let offsetMs = 0;

  beforeEach(async () => {
    offsetMs = 0;
    server = await TesseralServer.start();
  });

  afterEach(async () => {
    await api?.close();
    await server.close();
  });

  async function serve(
    project: NonNullable<Parameters<typeof TesseralApi.start>[2]>['project'] = {},
    asks = false,
  ): Promise<TesseralApi> {
    const auth = { clock: () => Date.now() + offsetMs };
    api = await TesseralApi.start(adapter, server, { project, auth, asks });
    return api;
  }

  /** A token that is valid on the moved clock. */
  const token = (claims: object = {}): Promise<string> => {
    const now = Math.floor((Date.now() + offsetMs) / 1000);
    return server.token({ exp: now + 300, nbf: now, iat: now, ...claims });
  };

  const asked = (): number => server.asked(CONFIG);

  it('T3: a key that nobody knows is looked for once, and a rotated one found', async () => {
    const api = await serve();
    expect((await api.get('me', await token())).status).toBe(200);
    await server.rotate();
    expect((await api.get('me', await token())).status).toBe(200);
    expect(asked()).toBe(2);
    const made = await Promise.all(
      Array.from({ length: 30 }, async (_, index) =>
        server.token({}, { kid: `session_signing_key_${String(index)}` }),
      ),
    );
    const answers = await Promise.all(made.map((each) => api.get('me', each)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(asked()).toBeLessThanOrEqual(4);
  });

  it('T3: a withdrawn key is refused when the configuration is fetched again', async () => {
    const api = await serve();
    const old = await token({ exp: Math.floor(Date.now() / 1000) + 3600 });
    expect((await api.get('me', old)).status).toBe(200);
    await server.rotate();
    server.published.shift();
    offsetMs = 601_000;
    expect((await api.get('me', await token())).status).toBe(200);
    expect((await api.get('me', old)).status).toBe(401);
    expect(api.reason).toBe('no_matching_key');
  });

  it('T3: the known keys serve on while Tesseral is down, for an hour', async () => {
    const api = await serve();
    expect((await api.get('me', await token())).status).toBe(200);
    server.outage = 'hangs up';
    for (const minutes of [5, 15, 60]) {
      offsetMs = minutes * 60_000;
      expect((await api.get('me', await token())).status).toBe(200);
    }
    expect(api.events.some(({ type }) => type === 'keys.failing')).toBe(true);
    offsetMs = 75 * 60_000;
    expect((await api.get('me', await token())).status).toBe(503);
    server.outage = 'none';
    offsetMs += 60_000;
    expect((await api.get('me', await token())).status).toBe(200);
  });

  it('T3: the answer is 503 while there never were any, and the application starts', async () => {
    server.outage = 500;
    const api = await serve();
    const { status, headers, challenge } = await api.get('me', await token());
    expect([status, challenge, api.reason]).toEqual([503, null, 'issuer_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.get('open')).status).toBe(200);
    server.outage = 'none';
    offsetMs = 60_000;
    expect((await api.get('me', await token())).status).toBe(200);
  });

  it('T3: a configuration of another project is refused, and its keys with it', async () => {
    const api = await serve();
    expect((await api.get('me', await token())).status).toBe(200);
    server.projectId = 'project_other';
    await server.rotate();
    offsetMs = 601_000;
    expect((await api.get('me', await token())).status).toBe(401);
    const failing = api.events.find(({ type }) => type === 'keys.failing');
    expect(String(failing && 'cause' in failing && failing.cause)).toContain(
      'is the configuration of another project',
    );
  });

  it.each(['x', 'y'] as const)('T3: %s may be shorter than 32 octets', async (name) => {
    for (;;) {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const { kty, crv, x = '', y = '' } = await exportJWK(publicKey);
      const octets = Buffer.from({ x, y }[name], 'base64url');
      if (octets[0] !== 0) continue;
      const short = { x, y, [name]: octets.subarray(1).toString('base64url') };
      server.published = [{ kid: 'session_signing_key_short', kty: 'EC', crv, ...short } as never];
      server.signWith('session_signing_key_short', privateKey);
      expect(kty).toBe('EC');
      break;
    }
    const api = await serve();
    expect((await api.get('me', await token())).status).toBe(200);
  });

  it('T13: jwksRefreshSeconds: says for how long keys are used without asking', async () => {
    const api = await serve({ jwksRefreshSeconds: 3600 });
    await api.get('me', await token());
    offsetMs = 2500_000;
    expect((await api.get('me', await token())).status).toBe(200);
    expect(asked()).toBe(1);
    offsetMs = 3601_000;
    expect((await api.get('me', await token())).status).toBe(200);
    expect(asked()).toBe(2);
  });

  it('T13: fetch: asks in the place of the global one, for all that is asked', async () => {
    const urls: string[] = [];
    const api = await serve(
      {
        apiKeys: {},
        fetch: (url, init) => {
          urls.push(`${String(init.method)} ${url.pathname}`);
          return fetch(url, init);
        },
      },
      true,
    );
    await api.get('me', await token());
    await api.get('me', 'acme_key_1');
    expect(urls).toEqual([`GET ${CONFIG}`, `GET ${CONFIG}`, 'POST /v1/api-keys/authenticate']);
  });

  it('T13: without projectId, it is asked for once, at boot', async () => {
    const api = await serve({}, true);
    expect(asked()).toBe(1);
    expect((await api.get('me', await token())).status).toBe(200);
    expect((await api.get('org', await token())).body).toEqual({ id: 'org_acme' });
  });

  it('T13: and asked for again while Tesseral starts', async () => {
    server.outage = 503;
    const starting = serve({}, true);
    await new Promise((resolve) => setTimeout(resolve, 600));
    server.outage = 'none';
    const api = await starting;
    expect((await api.get('me', await token())).status).toBe(200);
  });

  it('T3: what never had a kid of ours, nor a key, is no key', async () => {
    server.published.push({ kty: 'oct', kid: 'a', k: 'c2VjcmV0' }, null as never);
    server.published.push({ kty: 'EC', kid: 'b', crv: 'P-256', x: 'AQ', y: 'AQ' });
    const api = await serve();
    expect((await api.get('me', await token())).status).toBe(200);
    expect((await api.get('me', await server.token({}, { kid: 'b' }))).status).toBe(401);
  });
});
