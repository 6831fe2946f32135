import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { Controller, Get, Logger } from '@nestjs/common';
import {
  Accepts,
  AuthConfigurationError,
  AuthModule,
  clerk,
  ClerkClient,
  clerkFromEnv,
  RequireFeature,
  RequirePlan,
  RequireReverification,
  type ClaimReader,
  type ClerkOptions,
  type IdentityProvider,
} from '../../../lib/index.js';
import { create, moduleOf } from '../../e2e/http/application.js';
import { ClerkInstance, publishableKeyOf } from '../../e2e/http/clerk/clerk-instance.js';
import { boot } from '../../module/boot.js';

const instance = new ClerkInstance();
const { publishableKey, jwtKey } = instance;

/** With what sentence something is refused, or that it is not. */
function refusal(make: () => unknown): string {
  try {
    make();
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(AuthConfigurationError);
    return (error as Error).message;
  }
}
const make = (options: object): IdentityProvider => clerk({ authorizedParties: null, ...options });
const of = (options: object): string => refusal(() => make(options));

describe('the options of clerk()', () => {
  it('C13: the issuer is derived from the publishable key, and from nothing that only looks like one', () => {
    expect(make({ publishableKey }).issuers[0]).toMatchObject({
      issuer: 'https://clerk.example.com',
      jwksUri: 'https://clerk.example.com/.well-known/jwks.json',
    });
    const development = publishableKeyOf('foo-bar-13.clerk.accounts.dev', 'test');
    expect(make({ publishableKey: development }).issuers[0]?.issuer).toBe(
      'https://foo-bar-13.clerk.accounts.dev',
    );
    const padded = `pk_live_${Buffer.from('clerk.example.com$').toString('base64')}`;
    expect(make({ publishableKey: padded }).issuers).toHaveLength(1);
    const raw = (text: string): string => `pk_live_${Buffer.from(text).toString('base64')}`;
    const bad = [
      ...[
        '',
        'pk_live_',
        'pk_live_!!',
        'sk_live_Y2xlcmsuZXhhbXBsZS5jb20k',
        publishableKey.slice(3),
      ],
      ...[raw('clerk.example.com'), raw('clerk.example.com$$'), raw('clerk.$example.com$')],
      ...[raw('clerk.example.com/x$'), raw('user@clerk.example.com$'), raw('clerk.example.com:1$')],
      ...[raw('localhost$'), raw('127.0.0.1$'), raw('Clerk.example.com$'), raw('clerk..com$')],
      ...[raw('clerk.example.com\n$'), `${publishableKey} `, publishableKey.slice(0, -2), raw('$')],
    ];
    for (const key of [...bad, 1, null, {}]) {
      const said = of({ publishableKey: key });
      expect([key, said]).toEqual([key, expect.stringMatching(/key\. Copy it from the API keys/)]);
    }
  });

  it('one instance, and not two', () => {
    expect(of({})).toBe(
      "clerk() names no instance. Give publishableKey: 'pk_live_…' (CLERK_PUBLISHABLE_KEY), or frontendApi: 'clerk.example.com'.",
    );
    expect(of({ frontendApi: 'clerk.example.com' })).toBe('accepted');
    expect(of({ frontendApi: 'clerk.example.com', publishableKey })).toBe('accepted');
    expect(of({ frontendApi: 'clerk.other.com', publishableKey })).toContain('is not the one');
    expect(of({ frontendApi: 'https://clerk.example.com' })).toContain('is no name of a host');
    expect(of({ issuer: 'https://example.com/__clerk', publishableKey })).toBe('accepted');
    expect(of({ issuer: 'https://clerk.example.com/' })).toContain('clerk().issuer');
    expect(of({ issuer: 'http://clerk.example.com' })).toContain('clerk().issuer');
    expect(of({ issuer: 'https://a.com', frontendApi: 'a.com' })).toContain('beside issuer');
  });

  it('C6: origins, whole and one by one', () => {
    const parties = (authorizedParties: unknown): string =>
      of({ publishableKey, authorizedParties });
    for (const good of [
      ['https://app.example.com', 'http://localhost:3000'],
      ['chrome-extension://abcdefghijklmnop', 'capacitor://localhost'],
    ]) {
      expect([good, parties(good)]).toEqual([good, 'accepted']);
    }
    const bad = [
      ...[[], [''], ['https://a.com,https://b.com'], ['https://a.com/'], ['https://a.com/x'], 'x'],
      ...[['a.com'], ['https://a.com:443'], ['HTTPS://A.com'], ['*'], ['null'], [1], [undefined]],
      ...[['file://'], ['javascript:x'], ['app://x/y'], ['data:,x'], ['https://u@a.com']],
    ];
    for (const each of bad) {
      expect([each, parties(each)]).toEqual([each, expect.stringContaining('List whole origins')]);
    }
    expect(of({ publishableKey, allowMissingAzp: true })).toContain('means nothing without');
  });

  it.each(['jwtKey', 'audience', 'machineId'])('%s of a variable that is not set', (name) => {
    expect(of({ publishableKey, [name]: undefined })).toBe(
      `clerk().${name} is undefined. Set the variable it is read from, or leave it out.`,
    );
  });

  it.each([
    ['left out', {}],
    ['of a variable that is not set', { authorizedParties: undefined }],
  ])('C6: origins that are %s do not boot, and null in the code accepts any', (_, parties) => {
    const options = { publishableKey, ...parties } as unknown as ClerkOptions;
    expect(refusal(() => clerk(options))).toMatch(
      /^clerk\(\)\.authorizedParties is missing, .*\(CLERK_AUTHORIZED_PARTIES\)\. In the code, null accepts any\.$/,
    );
    const [any] = clerk({ ...options, authorizedParties: null }).issuers;
    expect(any).not.toHaveProperty('authorizedParties');
  });

  it('C5: what cannot be verified without a secret key does not boot without it', async () => {
    expect(of({ publishableKey, machineTokens: { cacheSeconds: 10 } })).toMatch(
      /^clerk\(\)\.secretKey is missing.*CLERK_SECRET_KEY/,
    );
    @Controller()
    class Api {
      @Accepts('apiKey')
      @Get()
      keys(): object {
        return {};
      }
    }
    const booting = async (options: Partial<ClerkOptions>): Promise<string> => {
      const imports = [AuthModule.forRoot({ issuers: [make(options)] })];
      const app = await create('express', moduleOf({ imports, controllers: [Api] }));
      const failure = await app.init().then(
        () => undefined,
        (error: unknown) => error as Error,
      );
      await app.close();
      return failure?.message ?? 'booted';
    };
    expect(await booting({ publishableKey, jwtKey })).toContain('names "apiKey", which is no kind');
    expect(await booting({ publishableKey, jwtKey, secretKey: 'sk_test_1' })).toBe('booted');
    expect(refusal(() => new ClerkClient({} as never))).toContain('ClerkClient.secretKey');
  });

  it('C45: keys, and an empty list of them', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const pem = small.export({ type: 'spki', format: 'pem' });
    expect(of({ publishableKey, jwtKey: [jwtKey, jwtKey] })).toBe('accepted');
    expect(of({ publishableKey, jwtKey: [] })).toContain('is an empty list');
    expect(of({ publishableKey, jwtKey: 'x' })).toContain('clerk().jwtKey is no public key in PEM');
    expect(of({ publishableKey, jwtKey: 1 })).toContain('is no text');
    const provider = make({ publishableKey, jwtKey: String(pem) });
    return expect(boot(AuthModule.forRoot({ issuers: [provider] }))).resolves.toContain(
      '2048 bits',
    );
  });

  it('what is misspelt, or makes no sense, does not boot', () => {
    const rows: readonly [object, string][] = [
      [{ secretkey: 'sk_test_1' }, 'clerk().secretkey is no option'],
      [{ secretKey: 'pk_test_1' }, 'clerk().secretKey is none'],
      [{ secretKey: 'sk_test_1', machineSecretKey: ' ' }, 'clerk().machineSecretKey'],
      [{ secretKey: 'sk_test_1', machineTokens: { cacheSeconds: 61 } }, 'cacheSeconds'],
      [{ secretKey: 'sk_test_1', machineTokens: { ttl: 1 } }, 'ttl is no option'],
      [{ secretKey: 'sk_test_1', machineTokens: { timeoutSeconds: 0 } }, 'timeoutSeconds'],
      [{ secretKey: 'sk_test_1', apiUrl: 'http://api.clerk.com' }, 'clerk().apiUrl'],
      [{ machineId: 'x' }, 'clerk().machineId'],
      [{ audience: [] }, 'clerk().audience'],
      [{ audience: '' }, 'clerk().audience'],
      [{ treatPendingAsSignedOut: 'yes' }, 'treatPendingAsSignedOut'],
      [{ cookie: 1 }, 'clerk().cookie'],
      [{ fetch: 1 }, 'clerk().fetch'],
    ];
    for (const [options, expected] of rows) {
      expect(of({ publishableKey, ...options })).toContain(expected);
    }
    expect(refusal(() => clerk(undefined as never))).toContain('clerk() is not an object');
  });

  it('no secret shows in what the preset returns, nor in a client', () => {
    const secretKey = 'sk_test_visible';
    const shown = [instance.provider({ secretKey }), new ClerkClient({ secretKey })];
    expect(inspect(shown, { depth: 10, showHidden: true })).not.toContain('visible');
    expect(JSON.stringify(shown)).not.toContain('visible');
  });

  it('nothing that pollutes Object.prototype is an option', () => {
    const polluted = Object.prototype as Record<string, unknown>;
    const injected = { secretKey: 'sk_test_1', apiUrl: 'https://evil.test', authorizedParties: 1 };
    try {
      Object.assign(polluted, injected);
      expect(make({ publishableKey }).credentials).toHaveLength(1);
      expect(make({ publishableKey }).issuers[0]).not.toHaveProperty('authorizedPartyRequired');
      expect(refusal(() => new ClerkClient({} as never))).toContain('ClerkClient.secretKey');
    } finally {
      for (const name of Object.keys(injected)) Reflect.deleteProperty(polluted, name);
    }
  });

  it('features that can be counted in two ways are warned of, once', () => {
    const lines: unknown[] = [];
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => {
      lines.push(line);
    });
    const permissions = instance.provider().issuers[0]?.claims?.permissions as ClaimReader;
    const o = { id: 'org_1', per: 'read,manage', fpm: '3,1,2' };
    const claims = { v: 2, o, fea: 'u:gold,o:repos,o:projects' };
    for (let time = 0; time < 3; time += 1) {
      expect(permissions(claims, { organizationId: 'org_1' })).toEqual([
        'repos:read',
        'org:repos:read',
      ]);
    }
    warn.mockRestore();
    expect(lines).toEqual([expect.stringMatching(/^A session lists features of the user before/)]);
  });

  it('nothing that is asked for is misspelt either', () => {
    for (const name of ['', ' ', 'a,b', 'x:a', 'o:a:b', 'o:', 1, undefined]) {
      expect(refusal(() => RequireFeature(name as string))).toContain('@RequireFeature names no');
      expect(refusal(() => RequirePlan(name as string))).toContain('@RequirePlan names no');
    }
    const levels = ['stern', '', undefined, null, {}, { level: 'strict', afterMinutes: 1 }];
    const periods = [0, -1, Number.NaN, Infinity, '10', undefined];
    const configs = periods.map((afterMinutes) => ({ level: 'first_factor', afterMinutes }));
    const more = { level: 'first_factor', afterMinutes: 1, other: 1 };
    for (const required of [...levels, ...configs, more]) {
      expect(refusal(() => RequireReverification(required as never))).toContain('is given none');
    }
  });

  it('C23: from the environment', () => {
    expect(
      clerkFromEnv({
        CLERK_PUBLISHABLE_KEY: ` ${publishableKey} `,
        CLERK_SECRET_KEY: 'sk_test_1',
        CLERK_MACHINE_SECRET_KEY: 'ak_1',
        CLERK_MACHINE_ID: 'mch_1',
        CLERK_JWT_KEY: jwtKey.replaceAll('\n', '\\n'),
        CLERK_AUTHORIZED_PARTIES: ' https://a.com , ,https://b.com,',
        CLERK_AUDIENCE: 'api://a',
        CLERK_API_URL: '',
        CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_1',
      }),
    ).toEqual({
      ...{ publishableKey, secretKey: 'sk_test_1', machineSecretKey: 'ak_1', machineId: 'mch_1' },
      jwtKey: jwtKey.replaceAll('\n', '\\n'),
      authorizedParties: ['https://a.com', 'https://b.com'],
      audience: ['api://a'],
    });
    const listing = (CLERK_AUTHORIZED_PARTIES: string): ClerkOptions =>
      clerkFromEnv({ CLERK_PUBLISHABLE_KEY: publishableKey, CLERK_AUTHORIZED_PARTIES });
    expect(listing('')).toEqual({ publishableKey });
    expect(of(listing(' , '))).toContain('is no list, or an empty one');
    expect(of(clerkFromEnv({}))).toContain('names no instance');
    expect(refusal(() => clerk(listing('')))).toContain('authorizedParties is missing');
  });

  it.each(['CLERK_AUTHORISED_PARTIES', 'CLERK_JWTKEY', 'CLERK_SECRET_KEY_FIL'])(
    'C23: %s is not passed over in silence',
    (name) => {
      expect(refusal(() => clerkFromEnv({ [name]: 'x' }))).toMatch(
        new RegExp(`^${name} is no variable that is read\\. Call it CLERK_`),
      );
    },
  );

  it('C23: variables of other packages are not ours', () => {
    const others = ['CLERK_API_KEY', 'CLERK_JS_URL', 'CLERK_WEBHOOK_SECRET', 'CLERK_SIGN_IN_URL'];
    for (const name of others) expect(clerkFromEnv({ [name]: 'x' })).toEqual({});
  });
});
