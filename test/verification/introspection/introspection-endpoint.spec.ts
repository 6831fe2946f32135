import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { jwtVerify } from 'jose';
import { Concealed } from '../../../lib/core/concealed.js';
import { IntrospectionVerifier } from '../../../lib/verification/introspection/introspection-verifier.js';
import { blackHole, delayed, endpoints, type Behaviour } from '../jwt/keys/faults.js';
import { json } from '../jwt/keys/faulty-issuer.js';
import { CLIENT, IntrospectingServer, outcome, presented } from './introspecting-server.js';

const HOUR_MS = 3_600_000;
const METADATA = '/.well-known/openid-configuration';

let server: IntrospectingServer;

beforeEach(async () => {
  server = await IntrospectingServer.start();
});

afterEach(() => server.close());

let now = Date.now();
const verifier = (
  settings: Parameters<IntrospectingServer['settings']>[0],
): IntrospectionVerifier =>
  new IntrospectionVerifier({
    kind: 'opaqueToken',
    settings: server.settings(settings),
    clock: () => now,
  });

describe('our client proves who it is', () => {
  const body = (): Record<string, string> =>
    Object.fromEntries(new URLSearchParams(server.asked[0]?.body));

  it('by its secret in the header, form-encoded first (RFC 6749 section 2.3.1)', async () => {
    expect(await outcome(verifier({}), 'o1')).toBe('ann');
    const { authorization = '' } = server.asked[0]?.headers ?? {};
    const [id, secret] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
      .toString()
      .split(':')
      .map((part) => new URLSearchParams(`part=${part}`).get('part'));
    expect({ id, secret }).toEqual(CLIENT);
    expect(body()).toEqual({ token: 'o1' });
  });

  it('by its secret in the form', async () => {
    const secret = new Concealed(CLIENT.secret);
    const client = { id: CLIENT.id, method: 'client_secret_post', secret } as const;
    expect(await outcome(verifier({ client }), 'o1')).toBe('ann');
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
    expect(body()).toEqual({
      token: 'o1',
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
    });
  });

  const keys: [string, () => KeyObject][] = [
    ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['PS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey],
  ];

  it.each(keys)('by an assertion signed with %s (RFC 7523)', async (algorithm, generate) => {
    const key = generate();
    const client = {
      id: CLIENT.id,
      method: 'private_key_jwt',
      key: new Concealed(key),
      algorithm,
      keyId: 'k1',
    } as const;
    const subject = verifier({ client });
    expect(await outcome(subject, 'o1')).toBe('ann');
    const { client_assertion: assertion = '', client_assertion_type: type } = body();
    expect(type).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const { payload, protectedHeader } = await jwtVerify(assertion, createPublicKey(key), {
      issuer: CLIENT.id,
      subject: CLIENT.id,
      audience: server.origin,
      maxTokenAge: 60,
    });
    expect(protectedHeader).toEqual({ alg: algorithm, kid: 'k1' });
    expect(await outcome(subject, 'o2')).toBe('ann');
    expect(server.asked[1]?.body).not.toContain(String(payload.jti));
  });

  it('by a key that cannot sign so: nobody can tell then', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = new Concealed(privateKey);
    const client = {
      id: 'c',
      method: 'private_key_jwt',
      key,
      algorithm: 'ES256',
      keyId: undefined,
    } as const;
    expect(await outcome(verifier({ client }), 'o1')).toBe('introspection_unavailable');
    expect(server.asked).toEqual([]);
  });

  it('and the secret shows nowhere', () => {
    const subject = verifier({});
    expect(inspect([subject, server.settings()], { depth: 10, showHidden: true })).not.toContain(
      CLIENT.secret,
    );
  });
});

describe('an endpoint that is discovered', () => {
  let metadata: Behaviour;
  let introspection: Behaviour;
  const visits: string[] = [];

  beforeEach(() => {
    visits.length = 0;
    metadata = json({ issuer: server.origin, introspection_endpoint: `${server.origin}/here` });
    introspection = json(server.active());
    const at = endpoints({
      [METADATA]: (...exchange) => {
        metadata(...exchange);
      },
      '/here': (...exchange) => {
        introspection(...exchange);
      },
      '/there': json(server.active({ sub: 'bob' })),
    });
    server.behaviour = (request, response) => {
      visits.push(request.url ?? '');
      at(request, response);
    };
  });

  const count = (path: string): number => visits.filter((visit) => visit === path).length;
  const discovering = (): IntrospectionVerifier =>
    verifier({ endpoint: undefined, timeoutMs: 600 });
  const move = (): void => {
    metadata = json({ issuer: server.origin, introspection_endpoint: `${server.origin}/there` });
  };

  it('is looked up once, however many ask', async () => {
    const subject = discovering();
    const tokens = Array.from({ length: 20 }, (_, index) => `o${String(index)}`);
    const outcomes = await Promise.all(tokens.map((token) => outcome(subject, token)));
    expect(new Set(outcomes)).toEqual(new Set(['ann']));
    expect([count(METADATA), count('/here')]).toEqual([1, 20]);
  });

  it('is looked up again after a day, while nobody waits', async () => {
    const subject = discovering();
    expect(await outcome(subject, 'o1')).toBe('ann');
    move();
    now += 24 * HOUR_MS - 1000;
    expect(await outcome(subject, 'o1')).toBe('ann');
    expect(count(METADATA)).toBe(1);
    now += 1000;
    expect(await outcome(subject, 'o1')).toBe('ann');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await outcome(subject, 'o1')).toBe('bob');
    expect(count(METADATA)).toBe(2);
  });

  it('is kept to when the issuer does not say a day later, and asks no more often than it must', async () => {
    const subject = discovering();
    expect(await outcome(subject, 'o1')).toBe('ann');
    metadata = json({}, 500);
    now += 24 * HOUR_MS;
    for (const token of ['o1', 'o2', 'o3']) expect(await outcome(subject, token)).toBe('ann');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await outcome(subject, 'o4')).toBe('ann');
    expect(count(METADATA)).toBe(2);
    now += 30_000;
    expect(await outcome(subject, 'o5')).toBe('ann');
    expect(count(METADATA)).toBe(3);
  });

  it('is looked up again when it is not there any more', async () => {
    const subject = discovering();
    expect(await outcome(subject, 'o1')).toBe('ann');
    move();
    introspection = json({}, 404);
    expect(await outcome(subject, 'o1')).toBe('introspection_unavailable');
    expect(await outcome(subject, 'o1')).toBe('bob');
  });

  it.each<[string, () => Behaviour]>([
    ['500', () => json({}, 500)],
    ['silence', () => blackHole],
    ['lateness', () => delayed(700, metadata)],
    ['metadata of another issuer', () => json({ issuer: 'https://evil.test' })],
    ['metadata without it', () => json({ issuer: server.origin })],
    ['an address elsewhere', () => named('https://evil.test/introspect')],
    ['an address at another port', () => named('http://127.0.0.1:1/introspect')],
    ['a name and a password', () => named(server.origin.replace('//', '//a:b@'))],
  ])('is unavailable while the issuer answers with %s', async (_, behaviour) => {
    const good = metadata;
    metadata = behaviour();
    const subject = discovering();
    const began = performance.now();
    expect(await outcome(subject, 'o1')).toBe('introspection_unavailable');
    expect(performance.now() - began).toBeLessThan(1500);
    expect(visits).not.toContain('/here');
    metadata = good;
    expect(await outcome(subject, 'o1')).toBe('ann');
  });

  function named(address: string): Behaviour {
    return json({ issuer: server.origin, introspection_endpoint: address });
  }

  it('leaves of its time what discovery took', async () => {
    const good = metadata;
    metadata = delayed(400, (...exchange) => {
      good(...exchange);
    });
    introspection = blackHole;
    const began = performance.now();
    expect(await outcome(discovering(), 'o1')).toBe('introspection_unavailable');
    expect(performance.now() - began).toBeLessThan(900);
  });

  it('says what to do about an endpoint that is elsewhere', async () => {
    metadata = named('https://evil.test/introspect');
    await expect(discovering().verify(presented('o1'))).rejects.toMatchObject({
      cause: {
        message: expect.stringContaining(
          'names an introspection endpoint elsewhere, at https://evil.test: if that is right, set endpoint to its address',
        ) as unknown,
      },
    });
  });
});
