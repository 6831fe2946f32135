import { once } from 'node:events';
import { blackHole, delayed, json } from '../../verification/jwt/keys/faults.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import { eventually } from './guarded-api.js';
import { SourceProcess } from './source-process.js';
import { Stage } from './stage.js';

const ALLOWED_MS = 2000;

/** What keeps a process alive, but for sockets that some client keeps for its next request. */
function pending(): string[] {
  const ours = ['Timeout', 'TCPServerWrap', 'GetAddrInfoReqWrap', 'TCPConnectWrap'];
  return process.getActiveResourcesInfo().filter((each) => ours.includes(each));
}

describe.each(ADAPTERS)('an application that is closed, on %s', (adapter) => {
  const stage = new Stage(adapter);
  let good: SigningKey;

  beforeAll(async () => {
    good = await SigningKey.generate();
  });

  afterEach(() => stage.close());

  it.each(['background', 'lazy'] as const)(
    'does not wait for keys that never come, and answers who waits for them (%s)',
    async (hydrate) => {
      const issuer = await stage.issuer(blackHole);
      const before = pending().length;
      const api = await stage.api(issuer, { keySets: { hydrate, refresh: 'timer' } });
      const waiting = api.get(await good.token(issuer)).then(
        ({ status }) => status,
        () => 'hung up',
      );
      await eventually(() => issuer.count() === 1);
      const began = performance.now();
      await api.close();
      expect(performance.now() - began).toBeLessThan(ALLOWED_MS);
      expect([503, 'hung up']).toContain(await waiting);
      expect(issuer.count()).toBe(1);
      await eventually(() => pending().length <= before);
    },
  );

  it('asks its issuer no more', async () => {
    const issuer = await stage.issuer(json({ keys: [good.jwk] }));
    const api = await stage.api(issuer, { keySets: { refresh: 'timer' } });
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    const { jwks } = api;
    issuer.serve({ jwks: delayed(50, json({ keys: [good.jwk] })) });
    await api.close();
    await jwks.refresh().catch(() => undefined);
    expect(issuer.count()).toBe(1);
  });

  it('lets its process end by itself', async () => {
    const api = await SourceProcess.start('api-process.ts', { ADAPTER: adapter });
    const began = performance.now();
    expect(Number(api.announcement)).toBeLessThan(ALLOWED_MS);
    if (api.child.exitCode === null) await once(api.child, 'exit');
    expect(api.child.exitCode).toBe(0);
    expect(performance.now() - began).toBeLessThan(ALLOWED_MS);
  });
});
