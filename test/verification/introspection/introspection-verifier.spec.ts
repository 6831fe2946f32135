import { resolveTokenUse } from '../../../lib/module/options/resolve-token-use.js';
import { IntrospectionVerifier } from '../../../lib/verification/introspection/introspection-verifier.js';
import { answer } from '../jwt/keys/faults.js';
import { json } from '../jwt/keys/faulty-issuer.js';
import { AUDIENCE, IntrospectingServer, outcome, presented } from './introspecting-server.js';

const NOW = 1_800_000_000;
const TOKEN = 'o1';

describe('IntrospectionVerifier', () => {
  let server: IntrospectingServer;

  beforeEach(async () => {
    server = await IntrospectingServer.start();
  });

  afterEach(() => server.close());

  function verifier(settings: Parameters<IntrospectingServer['settings']>[0] = {}) {
    const clock = (): number => NOW * 1000;
    return new IntrospectionVerifier({
      kind: 'opaqueToken',
      settings: server.settings(settings),
      clock,
    });
  }

  it('tells whose an active token is, and what the server says of it', async () => {
    server.behaviour = json(server.active({ exp: NOW + 60, scope: 'orders:read', extra: [{}] }));
    const credential = presented(TOKEN);
    const verified = await verifier().verify(credential);
    expect(verified).toMatchObject({
      kind: 'opaqueToken',
      issuer: server.origin,
      expiresAt: NOW + 60,
      claims: { sub: 'ann', client_id: 'shop', scope: 'orders:read', extra: [{}] },
    });
    expect(verified.credential).toBe(credential);
    expect(Object.isFrozen((verified.claims['extra'] as unknown[])[0])).toBe(true);
    expect((await verifier().verify(credential)).standsFor).toBeUndefined();
  });

  it('claims what begins with its prefix, or anything where it has none', () => {
    const parts = { kind: 'opaqueToken', settings: server.settings(), clock: Date.now };
    const prefixed = new IntrospectionVerifier({ ...parts, prefix: 'op_' });
    expect(['op_1', 'xop_1', 'Op_1'].map((token) => prefixed.claims(presented(token)))).toEqual([
      true,
      false,
      false,
    ]);
    expect(new IntrospectionVerifier(parts).claims(presented('a.b.c'))).toBe(true);
  });

  it.each<[string, object, string]>([
    ['I-01', { active: false }, 'token_inactive'],
    ['I-03', { active: undefined }, 'token_inactive'],
    ['I-04', { active: 'true' }, 'token_inactive'],
    ['I-04b', { active: 'false' }, 'token_inactive'],
    ['I-05', { active: 1 }, 'token_inactive'],
    ['active is null', { active: null }, 'token_inactive'],
    ['active is a list', { active: [true] }, 'token_inactive'],
    ['I-06', { aud: 'api://payments' }, 'aud_mismatch'],
    ['no audience', { aud: undefined }, 'missing_claim'],
    ['several audiences', { aud: ['x', AUDIENCE] }, 'ann'],
    ['audiences of another type', { aud: [AUDIENCE, 1] }, 'claim_type'],
    ['I-07', { iss: 'https://evil.test' }, 'unknown_issuer'],
    ['issuer with a slash more', { iss: 'ORIGIN/' }, 'unknown_issuer'],
    ['issuer of another type', { iss: ['ORIGIN'] }, 'unknown_issuer'],
    ['no issuer', { iss: undefined }, 'ann'],
    ['I-20', { token_type: 'DPoP' }, 'confirmation_unsupported'],
    ['I-21', { cnf: { jkt: 'x' } }, 'confirmation_unsupported'],
    ['token_type in another case', { token_type: 'bEARER' }, 'ann'],
    ['token_type of a longer name', { token_type: 'Bearer2' }, 'confirmation_unsupported'],
    ['token_type of another type', { token_type: ['Bearer'] }, 'claim_type'],
    ['I-33, a text', { exp: String(NOW + 60) }, 'claim_type'],
    ['exp is null', { exp: null }, 'claim_type'],
    ['exp is over', { exp: NOW - 5 }, 'token_expired'],
    ['exp is tolerated', { exp: NOW - 4 }, 'ann'],
    ['nbf is to come', { nbf: NOW + 6 }, 'token_not_active'],
    ['nbf is a text', { nbf: '0' }, 'claim_type'],
    ['iat is to come', { iat: NOW + 6 }, 'token_not_active'],
    ['iat is a text', { iat: '0' }, 'claim_type'],
    ['sub is a number', { sub: 7 }, 'claim_type'],
    ['sub is empty', { sub: '' }, 'claim_type'],
    ['client_id is a list', { client_id: ['shop'] }, 'claim_type'],
    ['no sub', { sub: undefined }, 'shop'],
    ['no sub, and the client by name', { sub: undefined, username: 'shop' }, 'missing_claim'],
    ['no sub, and a user by name', { sub: undefined, username: 'ann' }, 'missing_claim'],
    ['nobody', { sub: undefined, client_id: undefined }, 'missing_claim'],
  ])('%s', async (_, members, expected) => {
    const text = JSON.stringify(server.active(members)).replaceAll('ORIGIN', server.origin);
    server.behaviour = json(text);
    expect(await outcome(verifier(), TOKEN)).toBe(expected);
  });

  it('I-33: a date that is no number any more', async () => {
    server.behaviour = json(JSON.stringify(server.active({ exp: 7 })).replace(':7', ':1e400'));
    expect(await outcome(verifier(), TOKEN)).toBe('claim_type');
  });

  it.each([['orders:read'], { 0: 'orders:read' }, 7, null])(
    'I-08, I-34: a scope that is %j lists nothing',
    async (scope) => {
      server.behaviour = json(server.active({ scope }));
      const { claims } = await verifier().verify(presented(TOKEN));
      expect(Object.keys(claims)).not.toContain('scope');
    },
  );

  it('I-35: an answer does not reach any prototype', async () => {
    const text = JSON.stringify(server.active()).slice(0, -1);
    server.behaviour = json(
      `${text},"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}`,
    );
    const { claims } = await verifier().verify(presented(TOKEN));
    expect((claims as { admin?: boolean }).admin).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(Object.hasOwn(claims, '__proto__')).toBe(false);
  });

  it('refuses claims that are nested too deeply', async () => {
    const text = JSON.stringify(server.active()).slice(0, -1);
    server.behaviour = json(`${text},"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
    expect(await outcome(verifier(), TOKEN)).toBe('claims_too_deep');
  });

  it('waives the audience where that is configured', async () => {
    server.behaviour = json(server.active({ aud: 'anybody' }));
    expect(await outcome(verifier({ audience: null }), TOKEN)).toBe('ann');
  });

  it('takes the name of the user for the subject where that is configured', async () => {
    const named = verifier({ namesUsers: true });
    server.behaviour = json(server.active({ sub: undefined, username: 'bob' }));
    expect(await outcome(named, TOKEN)).toBe('bob');
    server.behaviour = json(server.active({ username: 'bob' }));
    expect(await outcome(named, TOKEN)).toBe('ann');
    server.behaviour = json(server.active({ sub: undefined }));
    expect(await outcome(named, TOKEN)).toBe('shop');
  });

  it('tells access tokens from others where the server does', async () => {
    const tokenUse = resolveTokenUse('use', { claim: 'token_use', value: 'access_token' });
    const access = verifier({ tokenUse });
    server.behaviour = json(server.active({ token_use: 'refresh_token' }));
    expect(await outcome(access, TOKEN)).toBe('token_use_mismatch');
    server.behaviour = json(server.active({ token_use: 'access_token' }));
    expect(await outcome(access, TOKEN)).toBe('ann');
  });

  it('denies when the clock tells no time', async () => {
    const settings = server.settings();
    const clock = (): number => Number.NaN;
    const lost = new IntrospectionVerifier({ kind: 'opaqueToken', settings, clock });
    expect(await outcome(lost, TOKEN)).toBe('token_expired');
  });

  it.each([
    ['token_too_large', 'x'.repeat(8193)],
    ['token_malformed', ''],
    ['token_malformed', 'a b'],
    ['token_malformed', 'a\tb'],
    ['token_malformed', 'a+b&token_type_hint=refresh_token'],
    ['token_malformed', 'a%20b'],
    ['token_malformed', '<script>'],
    ['token_malformed', 'a=b'],
    ['token_malformed', 'a\r\nb'],
    ['token_malformed', 'a\u0000'],
    ['token_malformed', 'a\u007f'],
    ['token_malformed', 'ä'],
    ['token_malformed', '\ud800'],
  ])('refuses unasked, as %s, %j', async (reason, token) => {
    expect(await outcome(verifier(), token)).toBe(reason);
    expect(server.asked).toEqual([]);
  });

  it.each(['a+b/c==', '0-9._~+/aZ=', 'x'.repeat(8192)])(
    'I-29: asks about the very token, in one parameter: %j',
    async (token) => {
      expect(await outcome(verifier(), token)).toBe('ann');
      const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = server.asked;
      expect([...new URLSearchParams(body)]).toEqual([['token', token]]);
      expect(method).toBe('POST');
      expect(headers).toMatchObject({
        accept: 'application/json',
        'content-type': expect.stringMatching(/^application\/x-www-form-urlencoded/) as unknown,
      });
    },
  );

  it('accepts JSON with parameters in its media type', async () => {
    const headers = { 'content-type': 'Application/JSON ; charset=utf-8' };
    server.behaviour = answer(server.active(), { headers });
    expect(await outcome(verifier(), TOKEN)).toBe('ann');
  });

  it('reads nothing from a polluted prototype', async () => {
    const polluted = Object.prototype as Record<string, unknown>;
    const members = { active: true, sub: 'root', scope: 'admin', use_mtls_endpoint_aliases: true };
    const more = { prefix: 'no', redirect: 'follow', requestJwtResponse: true, duplex: 'half' };
    server.behaviour = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"client_id":"shop"}');
    };
    Object.assign(polluted, members, more);
    try {
      const subject = verifier({ audience: null });
      expect(subject.claims(presented(TOKEN))).toBe(true);
      expect(await outcome(subject, TOKEN)).toBe('token_inactive');
    } finally {
      for (const name of Object.keys({ ...members, ...more }))
        Reflect.deleteProperty(polluted, name);
    }
    expect(server.asked[0]?.headers.accept).toBe('application/json');
  });
});
