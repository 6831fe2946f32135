import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSnapshots, type KeySetSnapshots } from '../../../lib/index.js';
import { json } from '../../verification/jwt/keys/faults.js';
import type { FaultyIssuer } from '../../verification/jwt/keys/faulty-issuer.js';
import { SigningKey } from '../../verification/jwt/keys/signing-key.js';
import { ADAPTERS } from '../http/application.js';
import { eventually, type GuardedApi } from './guarded-api.js';
import { Stage } from './stage.js';

/** Fresh and stale together, in milliseconds. */
const TRUSTED_MS = 4_200_000;
const SECOND = 1000;

let good: SigningKey;

beforeAll(async () => {
  good = await SigningKey.generate('ES256', 'good');
});

describe.each(ADAPTERS)('keys kept beyond the life of a process, on %s', (adapter) => {
  const stage = new Stage(adapter);
  let folder: string;
  let issuer: FaultyIssuer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'key-sets-'));
    issuer = await stage.issuer(json({ keys: [good.jwk] }));
  });

  afterEach(async () => {
    await stage.close();
    await rm(folder, { recursive: true });
  });

  /** Those that are written to their end. */
  async function files(): Promise<string[]> {
    return (await readdir(folder)).filter((name) => /^[\w-]+\.json$/.test(name));
  }

  async function theFile(): Promise<string> {
    const [name = ''] = await files();
    return join(folder, name);
  }

  function instance(startedAt = Date.now(), of = issuer): Promise<GuardedApi> {
    return stage.api(of, { startedAt, keySets: { snapshots: new FileSnapshots(folder) } });
  }

  /** An earlier instance that fetched the keys, and an issuer that is down since. */
  async function anEarlierInstance(startedAt = Date.now()): Promise<void> {
    const api = await instance(startedAt);
    expect((await api.get(await good.token(issuer, { now: startedAt }))).status).toBe(200);
    let written = 0;
    while (written === 0) written = (await files()).length;
    await api.close();
    issuer.serve({ jwks: json({}, 500) });
  }

  async function statusAt(startedAt = Date.now()): Promise<number> {
    const api = await instance(startedAt);
    return (await api.get(await good.token(issuer, { now: startedAt }))).status;
  }

  it('let an instance in that starts during an outage', async () => {
    await anEarlierInstance();
    const api = await instance();
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    expect(issuer.count()).toBe(2);
    api.advance(1800);
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    expect(api.jwks.state()).toMatchObject([{ status: 'stale' }]);
    api.advance(2400);
    expect((await api.get(await good.token(issuer))).status).toBe(503);
  });

  it('let it start even where it must not start without keys', async () => {
    const startedAt = Date.now();
    await anEarlierInstance(startedAt);
    const snapshots = new FileSnapshots(folder);
    const api = await stage.api(issuer, { startedAt, keySets: { hydrate: 'required', snapshots } });
    expect(api.jwks.state()).toMatchObject([{ status: 'stale' }]);
    expect((await api.get(await good.token(issuer, { now: startedAt }))).status).toBe(200);
  });

  it('hold the keys that an issuer published, and are for nobody else to read', async () => {
    const leaked = await SigningKey.generate('ES256', 'leaked');
    issuer.serve({ jwks: json({ keys: [good.jwk, leaked.privateJwk] }) });
    await anEarlierInstance();
    const file = await theFile();
    expect((await stat(file)).mode & 0o077).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(good.jwk.x);
    expect(text).not.toContain(leaked.privateJwk.d);
  });

  it.each([
    ['half an hour', 1_800 * SECOND, 200],
    ['just less than they are trusted', TRUSTED_MS - 60 * SECOND, 200],
    ['longer than they are trusted', TRUSTED_MS + SECOND, 503],
    ['no time, and come from the future', -120 * SECOND, 503],
  ])('that are kept for %s: %#', async (_, age, status) => {
    const now = Date.now();
    await anEarlierInstance(now - age);
    expect(await statusAt(now)).toBe(status);
  });

  it.each<[string, (text: string) => string]>([
    ['are cut short', (text) => text.slice(0, -20)],
    ['are empty', () => ''],
    ['are a list', (text) => `[${text}]`],
    ['are null', () => 'null'],
    ['have no keys', (text) => text.replace('"keys":', '"kyes":')],
    ['have no usable keys', (text) => text.replace(/"keys":\[.*\]/, '"keys":[null,{}]')],
    ['are of a time that is none', (text) => text.replace(/"fetchedAt":\d+/, '"fetchedAt":"now"')],
    ['are of another issuer', (text) => text.replace(/127\.0\.0\.1/g, '127.0.0.2')],
  ])('are not trusted when they %s', async (_, mangle) => {
    await anEarlierInstance();
    const file = await theFile();
    const text = await readFile(file, 'utf8');
    const mangled = mangle(text);
    expect(mangled).not.toBe(text);
    await writeFile(file, mangled);
    expect(await statusAt()).toBe(503);
    issuer.serve({ jwks: json({ keys: [good.jwk] }) });
    expect(await statusAt()).toBe(200);
  });

  it('of one issuer say nothing of another', async () => {
    await anEarlierInstance();
    const other = await stage.issuer(json({}, 500));
    const api = await instance(Date.now(), other);
    expect((await api.get(await good.token(other))).status).toBe(503);
  });

  it.each<[string, KeySetSnapshots]>([
    ['fails', { read: fails, write: fails }],
    ['throws', { read: throws, write: throws }],
    ['hangs', { read: hangs, write: hangs }],
  ])('are a convenience: a store that %s keeps nobody out', async (_, snapshots) => {
    const api = await stage.api(issuer, { keySets: { snapshots } });
    expect((await api.get(await good.token(issuer))).status).toBe(200);
    const isTold = api.keyEvents.includes('keys.snapshot_failed');
    expect(isTold).toBe(true);
  });

  it('take up a key that came since', async () => {
    await anEarlierInstance();
    const next = await SigningKey.generate('ES256', 'next');
    issuer.serve({ jwks: json({ keys: [next.jwk] }) });
    const api = await instance();
    expect((await api.get(await next.token(issuer))).status).toBe(200);
    expect((await api.get(await good.token(issuer))).status).toBe(401);
    await eventually(() => issuer.count() >= 2);
  });
});

function fails(): Promise<never> {
  return Promise.reject(new Error('The store is down'));
}

function throws(): never {
  throw new Error('The store is broken');
}

function hangs(): Promise<never> {
  return new Promise(() => undefined);
}
