import { jest } from '@jest/globals';
import { Concealed } from '../../../lib/core/concealed.js';
import { CachingIntrospectionVerifier } from '../../../lib/verification/introspection/caching-introspection-verifier.js';
import type { OAuthClient } from '../../../lib/endpoint/oauth-client.js';
import { IntrospectionVerifier } from '../../../lib/verification/introspection/introspection-verifier.js';
import { outcome, presented } from './introspecting-server.js';
import { AUDIENCE, INTROSPECTING, OpaqueTokensProvider } from './opaque-tokens-provider.js';

const { BASIC, POST, SIGNED } = INTROSPECTING;
const OURS: OAuthClient = {
  id: BASIC.client_id,
  method: 'client_secret_basic',
  secret: new Concealed(BASIC.client_secret),
};

describe('opaque tokens of an OpenID provider', () => {
  let provider: OpaqueTokensProvider;
  let offsetMs: number;

  beforeAll(() => {
    // The provider warns that it keeps everything in memory, which is the point here.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  beforeEach(async () => {
    offsetMs = 0;
    provider = await OpaqueTokensProvider.start();
  });

  afterEach(() => provider.stop());

  function verifier(client: OAuthClient = OURS): CachingIntrospectionVerifier {
    const clock = (): number => Date.now() + offsetMs;
    const settings = {
      issuer: provider.issuer,
      endpoint: undefined,
      client,
      audience: new Set([AUDIENCE]),
      clockToleranceSeconds: 5,
      tokenUse: [],
      namesUsers: false,
      demandsType: false,
      timeoutMs: 3000,
    };
    return new CachingIntrospectionVerifier({
      verifier: new IntrospectionVerifier({ kind: 'opaqueToken', settings, clock }),
      clock,
      settings: { maxEntries: 10_000, maxAgeMs: 30_000 },
    });
  }

  it('are accepted, by what the provider says of them', async () => {
    const { claims, expiresAt } = await verifier().verify(presented(await provider.token()));
    expect(claims).toMatchObject({
      active: true,
      client_id: 'reporting',
      iss: provider.issuer,
      aud: AUDIENCE,
      scope: 'orders:read',
      token_type: 'Bearer',
    });
    expect(expiresAt).toBe(claims['exp']);
  });

  it.each<[string, () => OAuthClient]>([
    [
      'its secret in the form',
      () => ({
        id: POST.client_id,
        method: 'client_secret_post',
        secret: new Concealed(POST.client_secret),
      }),
    ],
    [
      'an assertion it signs',
      () => ({
        id: SIGNED.client_id,
        method: 'private_key_jwt',
        key: new Concealed(provider.key),
        algorithm: 'ES256',
        keyId: 'k1',
      }),
    ],
  ])('are asked about by a client that is known by %s', async (_, client) => {
    const subject = verifier(client());
    for (const token of [await provider.token(), await provider.token()]) {
      expect(await outcome(subject, token)).toBe('reporting');
    }
  });

  it('cannot be asked about by a client that the provider does not know', async () => {
    const subject = verifier({ ...OURS, id: 'nobody' });
    expect(await outcome(subject, await provider.token())).toBe('introspection_unavailable');
  });

  it('are refused when they were revoked, no later than they are remembered', async () => {
    const subject = verifier();
    const token = await provider.token();
    expect(await outcome(subject, token)).toBe('reporting');
    await provider.revoke(token);
    expect(await outcome(subject, token)).toBe('reporting');
    offsetMs = 30_000;
    expect(await outcome(subject, token)).toBe('token_inactive');
  });

  it('are refused at once when they were revoked, and are forgotten', async () => {
    const subject = verifier();
    const token = await provider.token();
    expect(await outcome(subject, token)).toBe('reporting');
    await provider.revoke(token);
    subject.forget(token);
    expect(await outcome(subject, token)).toBe('token_inactive');
  });

  it('are refused when they are for another audience, unknown, or JWTs', async () => {
    const subject = verifier();
    expect(await outcome(subject, await provider.token('urn:payments'))).toBe('aud_mismatch');
    expect(await outcome(subject, 'x'.repeat(43))).toBe('token_inactive');
    expect(await outcome(subject, 'a+b&token_type_hint=refresh_token')).toBe('token_malformed');
  });

  it('are refused once they expired', async () => {
    const subject = verifier();
    const token = await provider.token();
    expect(await outcome(subject, token)).toBe('reporting');
    offsetMs = 606_000;
    expect(await outcome(subject, token)).toBe('token_expired');
  });

  it('cannot be told while the provider is down, and can when it is back', async () => {
    const subject = verifier();
    const [known, unknown] = [await provider.token(), await provider.token()];
    expect(await outcome(subject, known)).toBe('reporting');
    await provider.stop();
    expect(await outcome(subject, unknown)).toBe('introspection_unavailable');
    expect(await outcome(subject, known)).toBe('reporting');
    await provider.restart();
    expect(await outcome(subject, unknown)).toBe('reporting');
  });

  it('cannot be told when the provider was down from the beginning, and can when it is up', async () => {
    const token = await provider.token();
    await provider.stop();
    const subject = verifier();
    expect(await outcome(subject, token)).toBe('introspection_unavailable');
    await provider.restart();
    expect(await outcome(subject, token)).toBe('reporting');
  });

  it('are asked about once, though 500 present one at a time', async () => {
    const subject = verifier();
    const token = await provider.token();
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => outcome(subject, token)));
    expect(new Set(outcomes)).toEqual(new Set(['reporting']));
    expect(provider.introspections).toBe(1);
  });
});
