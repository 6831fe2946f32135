import { AuthError } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import { resolveIssuer } from '../../../lib/module/options/resolve-issuer.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { CachingJwtVerifier } from '../../../lib/verification/jwt/caching-jwt-verifier.js';
import { FixedIssuers } from '../../../lib/verification/jwt/issuer-registry.js';
import { JwtVerifier } from '../../../lib/verification/jwt/jwt-verifier.js';
import { JwksService } from '../../../lib/verification/jwt/keys/jwks-service.js';
import { surroundings } from './keys/surroundings.js';

describe.each([
  ['presented as another object each time', false],
  ['presented as the same object again and again', true],
])('CachingJwtVerifier, of credentials %s', (_, isLasting) => {
  let issuer: TestIssuer;
  let jwks: JwksService;
  let verifier: JwtVerifier;
  let subject: CachingJwtVerifier;

  beforeEach(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const issuers = [resolveIssuer('issuer', issuer.options())];
    const { clock } = issuer;
    jwks = new JwksService(issuers, surroundings({}, { clock }));
    verifier = new JwtVerifier(new FixedIssuers(issuers), { jwks, clock });
    subject = remembering();
  });

  afterEach(async () => {
    await jwks.close();
    await issuer.close();
  });

  function remembering({ maxEntries = 100, maxAgeMs = 300_000 } = {}): CachingJwtVerifier {
    const settings = { maxEntries, maxAgeMs };
    return new CachingJwtVerifier({ verifier, jwks, clock: issuer.clock, settings });
  }

  const held = new Map<string, Credential>();
  function credential(token: string): Credential {
    const known = isLasting ? held.get(token) : undefined;
    const presented = known ?? new Credential('header', token, isLasting);
    held.set(token, presented);
    return presented;
  }

  /** Whether the answer is there at once: then nothing was verified. */
  function isRemembered(token: string): boolean {
    try {
      const answer = subject.verify(credential(token));
      if (!(answer instanceof Promise)) return true;
      answer.catch(() => undefined);
      return false;
    } catch {
      return true;
    }
  }

  async function reason(token: string): Promise<string> {
    try {
      await subject.verify(credential(token));
      // What is found by the object itself is found from the second time on.
      if (isLasting) await subject.verify(credential(token));
      return 'accepted';
    } catch (failure) {
      expect(failure).toBeInstanceOf(AuthError);
      return (failure as AuthError).reason;
    }
  }

  it('answers at once who was verified before, with the very same', async () => {
    const token = await issuer.token({ sub: 'ann' });
    const first = await subject.verify(credential(token));
    expect(subject.verify(credential(token))).toBe(first);
    expect(first.claims).toMatchObject({ sub: 'ann' });
  });

  it('verifies once for all who present a token at the same time', async () => {
    const token = await issuer.token();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => subject.verify(credential(token))),
    );
    expect(new Set(answers).size).toBe(1);
  });

  it('answers with nothing that another one remembers', async () => {
    const token = await issuer.token();
    expect(await reason(token)).toBe('accepted');
    subject = remembering();
    expect(isRemembered(token)).toBe(false);
  });

  it('tells apart how a token was presented', async () => {
    const token = await issuer.token();
    await subject.verify(credential(token));
    const inCookie = await subject.verify(new Credential('cookie', token));
    expect(inCookie.credential.source).toBe('cookie');
    expect((await subject.verify(credential(token))).credential.source).toBe('header');
  });

  it.each([
    ['expires', { exp: 60 }, 66, 'token_expired'],
    ['was not valid before, when the clock is set back', { nbf: 0 }, -6, 'token_not_active'],
    ['was not issued yet, when the clock is set back', { iat: 0 }, -3600, 'token_not_active'],
  ])('ends when a token %s', async (__, dates, seconds, expected) => {
    const now = Math.floor(issuer.clock() / 1000);
    const claims = Object.fromEntries(
      Object.entries(dates).map(([name, offset]) => [name, now + offset]),
    );
    const token = await issuer.token({ iat: now - 100, ...claims });
    expect(await reason(token)).toBe('accepted');
    issuer.advance(seconds);
    expect(await reason(token)).toBe(expected);
    expect(isRemembered(token)).toBe(false);
  });

  it('ends when a token is older than its issuer allows', async () => {
    const issuers = [resolveIssuer('issuer', issuer.options({ maxTokenAgeSeconds: 60 }))];
    const { clock } = issuer;
    jwks = new JwksService(issuers, surroundings({}, { clock }));
    verifier = new JwtVerifier(new FixedIssuers(issuers), { jwks, clock });
    subject = remembering();
    const token = await issuer.token();
    expect(await reason(token)).toBe('accepted');
    issuer.advance(67);
    expect(await reason(token)).toBe('token_too_old');
  });

  it('ends with the key that verified the token, and not with another one', async () => {
    const token = await issuer.token();
    await subject.verify(credential(token));
    await issuer.rotate();
    await jwks.refresh();
    expect(isRemembered(token)).toBe(true);
    await issuer.rotate({ withdraw: true });
    await jwks.refresh();
    expect(await reason(token)).toBe('no_matching_key');
  });

  it('ends with the trust in keys that cannot be fetched any more', async () => {
    const token = await issuer.token({}, { lifetimeSeconds: 10_000 });
    await subject.verify(credential(token));
    await issuer.close();
    issuer.advance(4100);
    expect(await reason(token)).toBe('accepted');
    issuer.advance(101);
    expect(await reason(token)).toBe('issuer_unavailable');
  });

  it('ends after the time that is configured, though the clock is set back meanwhile', async () => {
    subject = remembering({ maxAgeMs: 60_000 });
    const token = await issuer.token({ iat: 1, exp: 4_000_000_000 });
    await subject.verify(credential(token));
    issuer.advance(59);
    expect(isRemembered(token)).toBe(true);
    issuer.advance(-3600);
    expect(isRemembered(token)).toBe(true);
    issuer.advance(2);
    expect(isRemembered(token)).toBe(false);
  });

  it('makes room for new tokens', async () => {
    subject = remembering({ maxEntries: 2 });
    const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => issuer.token({ sub })));
    for (const token of tokens) await subject.verify(credential(token));
    expect(tokens.map(isRemembered)).toEqual([false, true, true]);
  });

  it('knows a token by its signature too', async () => {
    const token = await issuer.token();
    await subject.verify(credential(token));
    const [header, payload, signature = ''] = token.split('.');
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    expect(await reason(`${header ?? ''}.${payload ?? ''}.${flipped}`)).toBe('invalid_signature');
    expect(isRemembered(token)).toBe(true);
  });

  it('knows a token by all that stands before its signature', async () => {
    const token = await issuer.token();
    await subject.verify(credential(token));
    const [, payload = '', signature = ''] = token.split('.');
    const header = Buffer.from('{"alg":"ES256"}').toString('base64url');
    for (const other of [`${header}.${payload}.${signature}`, `x${token}`, token.slice(-43)]) {
      expect(isRemembered(other)).toBe(false);
      expect(await reason(other)).not.toBe('accepted');
    }
    expect(isRemembered(token)).toBe(true);
  });

  it('remembers a bad signature for five seconds, or until keys come or go', async () => {
    await jwks.refresh();
    const [header = '', payload = ''] = (await issuer.token()).split('.');
    const [, , foreign = ''] = (await issuer.token({ sub: 'other' })).split('.');
    const forged = `${header}.${payload}.${foreign}`;
    expect([await reason(forged), isRemembered(forged)]).toEqual(['invalid_signature', true]);
    issuer.advance(5);
    expect(isRemembered(forged)).toBe(false);
    expect([await reason(forged), isRemembered(forged)]).toEqual(['invalid_signature', true]);
    await issuer.rotate();
    await jwks.refresh();
    expect(isRemembered(forged)).toBe(false);
  });

  it('remembers no outage', async () => {
    const token = await issuer.token();
    await issuer.close();
    expect(await reason(token)).toBe('issuer_unavailable');
    expect(isRemembered(token)).toBe(false);
  });

  it('remembers no refusal that a good signature might have had', async () => {
    await jwks.refresh();
    const token = await issuer.token({ aud: 'other' });
    expect([await reason(token), isRemembered(token)]).toEqual(['aud_mismatch', false]);
  });

  it('refuses unread what is too long', () => {
    expect(() => subject.verify(credential('x'.repeat(8193)))).toThrow(
      expect.objectContaining({ reason: 'token_too_large' }) as Error,
    );
  });
});
