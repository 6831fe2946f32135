import { AuthError, AuthUnavailable, InvalidCredential } from '../../lib/core/auth-error.js';
import { Credential } from '../../lib/core/credential.js';
import type { Identity } from '../../lib/verification/identity.js';
import {
  ResolverVerifier,
  type ResolverVerifierParts,
} from '../../lib/verification/resolver-verifier.js';

const NOW = 1_800_000_000;
const ANN: Identity = { subject: 'ann', roles: ['admin'], scopes: ['orders:read'] };

describe('ResolverVerifier', () => {
  const asked: string[] = [];

  beforeEach(() => {
    asked.length = 0;
  });

  function verifier(answer: unknown, more: Partial<ResolverVerifierParts> = {}): ResolverVerifier {
    const resolve = (value: string): Identity => {
      asked.push(value);
      return (typeof answer === 'function' ? (answer as () => unknown)() : answer) as Identity;
    };
    const refuse = (why: 'unknown' | 'expired'): InvalidCredential =>
      new InvalidCredential(`api_key_${why}`, { schemes: ['ApiKey'] });
    const clock = (): number => NOW * 1000;
    return new ResolverVerifier({
      ...{ kind: 'pat', asked: 'credentials[0].resolve', resolve, refuse, clock },
      timeoutMs: 100,
      ...more,
    });
  }

  const presented = (value = 'pat_1'): Credential => new Credential('header', value);

  async function outcome(subject: ResolverVerifier, value?: string): Promise<unknown> {
    try {
      return (await subject.verify(presented(value))).claims['sub'];
    } catch (failure) {
      if (failure instanceof AuthError) return failure.reason;
      throw failure;
    }
  }

  it('answers at once where the application does', () => {
    const credential = presented();
    expect(verifier(ANN).verify(credential)).toEqual({
      credential,
      kind: 'pat',
      standsFor: 'user',
      issuer: 'pat',
      expiresAt: Infinity,
      claims: { sub: 'ann', roles: ['admin'], scope: ['orders:read'] },
    });
    expect(asked).toEqual(['pat_1']);
  });

  it('answers later where the application does', async () => {
    const later = verifier(() => Promise.resolve(ANN)).verify(presented());
    expect(later).toBeInstanceOf(Promise);
    expect((await later).claims['sub']).toBe('ann');
    const thenable = {
      then: (done: (value: Identity) => void) => {
        done(ANN);
      },
    };
    expect(await outcome(verifier(thenable))).toBe('ann');
  });

  it('claims what begins with its prefix, or anything where it has none', () => {
    const values = ['pat_1', 'xpat_1', 'PAT_1', ''];
    const claimed = (subject: ResolverVerifier): readonly boolean[] =>
      values.map((value) => subject.claims(presented(value)));
    expect(claimed(verifier(ANN, { prefix: 'pat_' }))).toEqual([true, false, false, false]);
    expect(claimed(verifier(ANN))).toEqual([true, true, true, true]);
  });

  it('says what such credentials stand for', async () => {
    const service = { ...ANN, kind: 'service' };
    expect((await verifier(service).verify(presented())).standsFor).toBe('service');
    const key = verifier(service, { standsFor: 'apiKey' });
    expect((await key.verify(presented())).standsFor).toBe('apiKey');
  });

  it.each([null, undefined, false])(
    'refuses, as it is told to, what is answered with %s',
    async (answer) => {
      const expected = { reason: 'api_key_unknown', schemes: ['ApiKey'] };
      expect(() => verifier(answer).verify(presented())).toThrow(
        expect.objectContaining(expected) as Error,
      );
      await expect(verifier(Promise.resolve(answer)).verify(presented())).rejects.toMatchObject(
        expected,
      );
    },
  );

  it.each([
    true,
    0,
    7,
    '',
    'ann',
    [],
    {},
    { subject: '' },
    { subject: 7 },
    { ...ANN, kind: 'root' },
  ])('takes %j for no identity, and for no fault of the caller', async (answer) => {
    expect(await outcome(verifier(answer))).toBe('lookup_failed');
    expect(await outcome(verifier(Promise.resolve(answer)))).toBe('lookup_failed');
  });

  it.each([
    [NOW + 0.001, 'ann'],
    [NOW, 'api_key_expired'],
    [NOW - 1, 'api_key_expired'],
    [Number.NaN, 'api_key_expired'],
    [String(NOW + 60), 'api_key_expired'],
    [new Date((NOW + 1) * 1000), 'ann'],
    [new Date(NOW * 1000), 'api_key_expired'],
    [new Date(Number.NaN), 'api_key_expired'],
    [null, 'ann'],
    [undefined, 'ann'],
  ])('when it expires at %s: %s', async (expiresAt, expected) => {
    expect(await outcome(verifier({ ...ANN, expiresAt }))).toBe(expected);
  });

  it('denies when the clock tells no time', async () => {
    const clock = (): number => Number.NaN;
    const expiring = { ...ANN, expiresAt: NOW + 60 };
    expect(await outcome(verifier(expiring, { clock }))).toBe('api_key_expired');
  });

  it('looks up nothing that is empty or too long', async () => {
    const subject = verifier(ANN);
    expect(await outcome(subject, '')).toBe('api_key_unknown');
    expect(await outcome(subject, 'x'.repeat(8193))).toBe('api_key_unknown');
    expect(asked).toEqual([]);
    expect(await outcome(subject, 'x'.repeat(8192))).toBe('ann');
  });

  const failing = (): never => {
    throw new Error('the database is down');
  };

  it.each<[string, () => unknown]>([
    ['throws', failing],
    ['rejects', () => Promise.reject(new Error('the database is down'))],
    ['never answers', () => new Promise(() => undefined)],
    [
      'answers with what cannot be read',
      () => ({
        get subject(): string {
          return failing();
        },
      }),
    ],
    ['answers with claims that are no JSON', () => ({ ...ANN, claims: { big: 1n } })],
  ])('cannot tell when the application %s', async (_, answer) => {
    const began = performance.now();
    const failure: unknown = await Promise.resolve()
      .then(() => verifier(answer).verify(presented()))
      .catch((error: unknown) => error);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(failure).toBeInstanceOf(AuthUnavailable);
    expect(failure).toMatchObject({ reason: 'lookup_failed', retryAfterSeconds: 1 });
  });

  it('passes on what the application refuses in our words', async () => {
    const inactive = (): never => {
      throw new InvalidCredential('user_refused');
    };
    expect(await outcome(verifier(inactive))).toBe('user_refused');
    expect(await outcome(verifier(() => Promise.resolve().then(inactive)))).toBe('user_refused');
  });

  it('reads nothing from a polluted prototype', async () => {
    const polluted = Object.prototype as { prefix?: string; standsFor?: string; roles?: string[] };
    Object.assign(polluted, { prefix: 'no', standsFor: 'apiKey', roles: ['admin'] });
    try {
      const subject = verifier({ subject: 'ann' });
      expect(subject.claims(presented())).toBe(true);
      const { standsFor, claims } = await subject.verify(presented());
      expect(standsFor).toBe('user');
      expect(Object.hasOwn(claims, 'roles') && claims['roles']).toBeFalsy();
    } finally {
      for (const name of ['prefix', 'standsFor', 'roles']) Reflect.deleteProperty(polluted, name);
    }
  });
});
