import { inspect } from 'node:util';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuthConfigurationError,
  tesseral,
  tesseralFromEnv,
  type DiscoveredProvider,
  type TesseralOptions,
} from '../../../lib/index.js';
import {
  BACKEND_API_KEY,
  COOKIE,
  ISSUER,
  PROJECT_ID,
  PUBLISHABLE_KEY,
  TesseralServer,
} from './tesseral-server.js';

/** Ways in which nothing is learned; whoever was followed would answer. */
const OUTAGES: readonly Partial<TesseralServer>[] = [
  { outage: 'silence' },
  { outage: 'hangs up' },
  { outage: 500 },
  { outage: 302, redirectTo: '/elsewhere' },
  { projectId: 'evil.example/#' },
];

const PROJECT = { publishableKey: PUBLISHABLE_KEY, projectId: PROJECT_ID };

function refusal(make: () => unknown): string {
  try {
    make();
    return 'made';
  } catch (error) {
    expect(error).toBeInstanceOf(AuthConfigurationError);
    return (error as Error).message;
  }
}

describe('tesseral()', () => {
  it('T3: is what could be written by hand', () => {
    expect(tesseral(PROJECT)).toMatchObject({
      issuers: [
        {
          issuer: ISSUER,
          audience: ISSUER,
          algorithms: ['ES256'],
          jwksUri: `https://config.tesseral.com/v1/config/${PUBLISHABLE_KEY}`,
          cookie: COOKIE,
        },
      ],
      credentials: [],
    });
  });

  it('T3: pads the coordinates of keys, and reads those of its project only', () => {
    const read = tesseral(PROJECT).issuers[0]?.keySet?.read;
    const whole = Buffer.alloc(32, 7).toString('base64url');
    const [one, two] = [Buffer.alloc(31, 7), Buffer.alloc(30, 7)];
    const short = { kid: 'a', x: one.toString('base64url'), y: two.toString('base64url') };
    const padded = {
      kid: 'a',
      x: Buffer.concat([Buffer.alloc(1), one]).toString('base64url'),
      y: Buffer.concat([Buffer.alloc(2), two]).toString('base64url'),
    };
    const keys = [short, { kid: 'b', x: whole, y: whole }, null];
    expect(read?.({ projectId: PROJECT_ID, keys })).toEqual([padded, keys[1], null]);
    expect(() => read?.({ projectId: 'project_other', keys })).toThrow('of another project');
    expect(() => read?.({ keys })).toThrow('names no project');
  });

  it('T13: configHost is a host, or an origin', () => {
    const uri = (configHost: string): unknown =>
      tesseral({ ...PROJECT, configHost }).issuers[0]?.jwksUri;
    const path = `/v1/config/${PUBLISHABLE_KEY}`;
    expect(uri('config.tesseral.example.com')).toBe(`https://config.tesseral.example.com${path}`);
    expect(uri('http://127.0.0.1:3000')).toBe(`http://127.0.0.1:3000${path}`);
  });

  it.each<[Partial<Record<keyof TesseralOptions, unknown>>, RegExp]>([
    [{ publishableKey: undefined }, /publishableKey is missing\. Copy it .*publishable_key_…/],
    [{ publishableKey: BACKEND_API_KEY }, /publishableKey does not look like one\. Copy/],
    [{ publishableKey: 'publishable_key_../x' }, /publishableKey does not look like one/],
    [{ projectId: 'project-54' }, /projectId does not look like one\. Copy it .*project_…/],
    [{ projectId: '' }, /projectId is not a non-empty string/],
    [{ configHost: 'http://config.tesseral.com' }, /configHost is no origin on https/],
    [{ configHost: 'config.tesseral.com/v1' }, /configHost is no origin on https/],
    [{ configHost: 'a@b.example' }, /configHost is no origin on https/],
    [{ configHost: 7 }, /configHost is not a non-empty string/],
    [{ jwksRefreshSeconds: 30 }, /jwksRefreshSeconds .* from 60 to 3600/],
    [{ fetch: 'fetch' }, /fetch is not a function/],
    [{ cookie: 'yes' }, /cookie is no boolean/],
    [{ apiKeys: 'yes' }, /apiKeys is not an object\. Give true, or/],
    [{ apiKeysEnabled: true } as never, /apiKeysEnabled is no option\. Remove it, or/],
    [{ apiKeys: {} }, /backendApiKey is missing, and TESSERAL_BACKEND_API_KEY is not set/],
    [{ apiKeys: { backendApiKey: PUBLISHABLE_KEY } }, /backendApiKey does not look like one/],
    [{ apiKeys: { backendApiKey: BACKEND_API_KEY, cacheSeconds: 61 } }, /from 0 to 60/],
    [{ apiKeys: { backendApiKey: BACKEND_API_KEY, timeoutSeconds: 0 } }, /from 0.1 to 60/],
    [{ apiKeys: { backendApiKey: BACKEND_API_KEY, apiUrl: 'http://a.example' } }, /no origin on/],
    [{ apiKeys: { backendApiKey: BACKEND_API_KEY, ttl: 1 } }, /apiKeys\.ttl is no option/],
  ])('T3, T9: refuses %j', (given, sentence) => {
    const message = refusal(() => tesseral({ ...PROJECT, ...given } as TesseralOptions));
    expect(message).toMatch(sentence);
    expect(message).not.toContain(BACKEND_API_KEY);
  });

  it('T9: reads the backend API key from the environment, or refuses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tesseral-'));
    const file = join(folder, 'key');
    try {
      expect(refusal(() => tesseral({ ...PROJECT, apiKeys: true }))).toMatch(
        /backendApiKey is missing, and TESSERAL_BACKEND_API_KEY is not set\. Give the backend/,
      );
      process.env['TESSERAL_BACKEND_API_KEY'] = BACKEND_API_KEY;
      const provider = tesseral({ ...PROJECT, apiKeys: true });
      expect(provider.credentials).toHaveLength(1);
      expect(inspect(provider, { depth: 10, showHidden: true })).not.toContain(BACKEND_API_KEY);
      expect(tesseral(PROJECT).credentials).toEqual([]);
      delete process.env['TESSERAL_BACKEND_API_KEY'];
      await writeFile(file, `${BACKEND_API_KEY}\n`);
      process.env['TESSERAL_BACKEND_API_KEY_FILE'] = file;
      expect(tesseral({ ...PROJECT, apiKeys: {} }).credentials).toHaveLength(1);
    } finally {
      delete process.env['TESSERAL_BACKEND_API_KEY'];
      delete process.env['TESSERAL_BACKEND_API_KEY_FILE'];
      await rm(folder, { recursive: true });
    }
  });

  it('reads no option from a prototype', () => {
    Object.defineProperty(Object.prototype, 'apiKeys', { value: {}, configurable: true });
    try {
      expect(tesseral(PROJECT).credentials).toEqual([]);
    } finally {
      delete (Object.prototype as { apiKeys?: unknown }).apiKeys;
    }
  });
});

describe('tesseral() without projectId', () => {
  let server: TesseralServer;

  beforeEach(async () => {
    server = await TesseralServer.start();
  });

  afterEach(() => server.close());

  const discover = (publishableKey = PUBLISHABLE_KEY): ReturnType<DiscoveredProvider['discover']> =>
    (tesseral({ publishableKey, configHost: server.origin }) as DiscoveredProvider).discover();

  it('T3: learns issuer, audience and cookie from the configuration', async () => {
    server.projectId = 'project_abc';
    const issuer = 'https://project-abc.tesseral.app';
    expect((await discover()).issuers).toMatchObject([
      { issuer, audience: issuer, cookie: 'tesseral_project_abc_access_token' },
    ]);
  });

  it('T3: refuses at once a publishable key that nobody knows', async () => {
    const began = performance.now();
    await expect(discover('publishable_key_unknown')).rejects.toThrow(
      /publishableKey is not known at http.*\. Copy it from the Tesseral console/,
    );
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('T3: gives up after ten seconds without an answer, and says how to do without', async () => {
    const givesUp = async (outage: Partial<TesseralServer>): Promise<number> => {
      const down = Object.assign(await TesseralServer.start(), outage);
      const began = performance.now();
      const asked = tesseral({ publishableKey: PUBLISHABLE_KEY, configHost: down.origin });
      await expect((asked as DiscoveredProvider).discover()).rejects.toThrow(
        /projectId is not given, and could not be asked for: .*\. Give it, and the application/,
      );
      expect(down.asked('/elsewhere')).toBe(0);
      await down.close();
      return (performance.now() - began) / 1000;
    };
    for (const seconds of await Promise.all(OUTAGES.map(givesUp))) {
      expect(seconds).toBeGreaterThan(8);
      expect(seconds).toBeLessThan(12);
    }
  });
});

describe('tesseralFromEnv()', () => {
  const env = {
    TESSERAL_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
    TESSERAL_PROJECT_ID: ` ${PROJECT_ID} `,
    TESSERAL_BACKEND_API_KEY: BACKEND_API_KEY,
  };

  it('T9: reads the project, and accepts API keys only when told to', () => {
    expect(tesseralFromEnv(env)).toMatchObject({ issuers: [{ issuer: ISSUER }], credentials: [] });
    const told = tesseralFromEnv({ ...env, TESSERAL_API_KEYS: 'true' });
    expect(told).toMatchObject({ credentials: [{ type: 'apiKey' }] });
    expect(tesseralFromEnv({ TESSERAL_PUBLISHABLE_KEY: PUBLISHABLE_KEY })).toHaveProperty(
      'discover',
    );
  });

  it('T9: refuses what is missing or is no answer', () => {
    const slip = { ...env, TESSERAL_PROJECTID: 'project_x' };
    expect(refusal(() => tesseralFromEnv(slip))).toMatch(/TESSERAL_PROJECTID is no variable that/);
    expect(refusal(() => tesseralFromEnv({}))).toMatch(/TESSERAL_PUBLISHABLE_KEY is not set\. Set/);
    const yes = { ...env, TESSERAL_API_KEYS: 'yes' };
    expect(refusal(() => tesseralFromEnv(yes))).toMatch(/TESSERAL_API_KEYS is neither true nor/);
    const bare = { ...env, TESSERAL_API_KEYS: 'true', TESSERAL_BACKEND_API_KEY: '' };
    expect(refusal(() => tesseralFromEnv(bare))).toMatch(/TESSERAL_BACKEND_API_KEY is not set/);
  });
});
