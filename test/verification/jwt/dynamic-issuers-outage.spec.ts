import { AuthConfigurationError } from '../../../lib/core/auth-configuration-error.js';
import { AuthUnavailable, InvalidCredential } from '../../../lib/core/auth-error.js';
import { Credential } from '../../../lib/core/credential.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { gate, type Answer } from './tenant-gate.js';

const token = (issuer: TestIssuer, claims = {}): Promise<string> =>
  issuer.token(claims, { lifetimeSeconds: 86_400 });

describe('DynamicIssuers, where the resolver is of no help', () => {
  let a: TestIssuer;
  let b: TestIssuer;
  const resolve = (issuer: string): Answer =>
    [a, b].find((each) => each.issuer === issuer)?.options();

  beforeAll(async () => {
    a = await TestIssuer.start({ algorithms: ['ES256'] });
    b = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterAll(async () => {
    await a.close();
    await b.close();
  });

  describe('when the resolver fails', () => {
    const boom = (): never => {
      throw new Error('the database is down');
    };

    it('T-10: nobody can tell, and it is left alone for a moment', async () => {
      const { present, asked, advance } = gate(() => Promise.reject(new Error('down')));
      const one = await token(a);
      for (let time = 0; time < 5; time += 1) expect(await present(one)).toBe('503 lookup_failed');
      expect(asked).toHaveLength(1);
      advance(1.1);
      expect(await present(one)).toBe('503 lookup_failed');
      expect(asked).toHaveLength(2);
    });

    it.each([
      ['throws at once', boom],
      ['is late', () => new Promise<Answer>(() => undefined)],
      [
        'refuses with an error of ours',
        () => Promise.reject(new InvalidCredential('token_revoked')),
      ],
    ])('when it %s', async (_, fails) => {
      const { present } = gate(fails, { timeoutSeconds: 0.1 });
      expect(await present(await token(a))).toBe('503 lookup_failed');
    });

    it('a known tenant serves on for an hour, an unknown one does not', async () => {
      let isDown = false;
      const { present, isWarm, advance, failures } = gate((issuer) =>
        isDown ? boom() : resolve(issuer),
      );
      const warm = await token(a);
      expect(await present(warm)).toBe('accepted');
      isDown = true;
      advance(290);
      expect(isWarm(warm)).toBe(true);
      advance(20);
      expect(isWarm(warm)).toBe(true);
      expect(await present(await token(b))).toBe('503 lookup_failed');
      advance(3500);
      expect(await present(warm)).toBe('accepted');
      expect(await present(await token(a))).toBe('accepted');
      advance(100);
      expect(await present(warm)).toBe('503 lookup_failed');
      isDown = false;
      advance(2);
      expect(await present(warm)).toBe('accepted');
      expect(failures).toContainEqual(new Error('the database is down'));
    });
  });

  describe('when what it answers is no configuration', () => {
    it.each<[string, unknown, RegExp]>([
      [
        'another issuer',
        { issuer: 'https://other.test', audience: 'x' },
        /is another than was asked for/,
      ],
      ['no audience', { audience: undefined }, /audience is missing/],
      ['an unknown option', { audiences: 'x' }, /audiences is no option/],
      ['a claim map that is none', { claims: { roles: '..' } }, /is no path/],
      ['text', 'yes', /is not an object/],
      ['a function in it', { claims: () => undefined }, /is not an object/],
    ])('%s', async (_, difference, problem) => {
      const wrong = (): never =>
        (typeof difference === 'object' ? { ...a.options(), ...difference } : difference) as never;
      let isWrong = true;
      const { present, verifier, asked, advance } = gate((issuer) =>
        isWrong ? wrong() : resolve(issuer),
      );
      const one = await token(a);
      const refusal: unknown = await Promise.resolve(
        verifier.verify(new Credential('header', one)),
      ).catch((failure: unknown) => failure);
      expect(refusal).toBeInstanceOf(AuthUnavailable);
      const { cause } = refusal as AuthUnavailable;
      expect(cause).toBeInstanceOf(AuthConfigurationError);
      expect(String(cause)).toMatch(problem);
      expect(String(cause)).not.toContain(a.issuer);
      expect(await present(one)).toBe('503 lookup_failed');
      expect(asked).toHaveLength(1);
      isWrong = false;
      advance(1.1);
      expect(await present(one)).toBe('accepted');
      // And what was in use before is not in use any more.
      isWrong = true;
      advance(301);
      expect(await present(one)).toBe('503 lookup_failed');
    });
  });
});
