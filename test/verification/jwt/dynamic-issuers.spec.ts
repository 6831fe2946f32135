import { TestIssuer } from '../../../lib/testing/index.js';
import { gate, type Answer } from './tenant-gate.js';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const token = (issuer: TestIssuer, claims = {}): Promise<string> =>
  issuer.token(claims, { lifetimeSeconds: 86_400 });

describe('DynamicIssuers', () => {
  let a: TestIssuer;
  let b: TestIssuer;
  let answers: Map<string, Answer>;
  const resolve = (issuer: string): Answer => answers.get(issuer);

  beforeAll(async () => {
    a = await TestIssuer.start({ algorithms: ['ES256'] });
    b = await TestIssuer.start({ algorithms: ['ES256'], audience: 'api://b' });
  });

  beforeEach(() => {
    answers = new Map([a, b].map((each) => [each.issuer, each.options()]));
  });

  afterAll(async () => {
    await a.close();
    await b.close();
  });

  it('F29: accepts the tokens of whom the resolver knows, asked once', async () => {
    const { present, asked, isWarm } = gate(resolve);
    const [one, two] = [await token(a), await token(a)];
    expect(await present(one)).toBe('accepted');
    expect(await present(two)).toBe('accepted');
    expect(isWarm(one)).toBe(true);
    expect(asked).toEqual([a.issuer]);
    expect(await present(await token(a, { iss: b.issuer }))).toBe('no_matching_key');
    expect(await present(await token(a, { aud: 'api://b' }))).toBe('aud_mismatch');
  });

  it('asks once for all who come at the same time', async () => {
    const { present, asked } = gate((issuer) => Promise.resolve(resolve(issuer)));
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token(a)));
    expect(new Set(await Promise.all(tokens.map(present)))).toEqual(new Set(['accepted']));
    expect(asked).toHaveLength(1);
  });

  it('asks about none of issuers, nor about a token whose header is refused already', async () => {
    const { present, asked } = gate(() => null, {}, [a.options()]);
    expect(await present(await token(a))).toBe('accepted');
    expect(await present(await token(b))).toBe('unknown_issuer');
    expect(asked).toEqual([b.issuer]);
    const of = (header: object): Promise<string> =>
      b.token({ iss: 'https://x.test' }, { header: { ...header } });
    expect(await present(await of({ typ: 'logout+jwt' }))).toBe('typ_mismatch');
    const [, claims = ''] = (await token(b)).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await present(`${none}.${claims}.x`)).toBe('token_malformed');
    expect(await present(`${none}.${claims}.eA`)).toBe('alg_not_allowed');
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['too long', `https://${'x'.repeat(2048)}`],
    ['no ASCII', 'https://\u00e4.test'],
    ['half a character', 'https://\ud800.test'],
    ['two lines', 'https://a.test\nb'],
    ['empty', ''],
  ])('asks about no name that is %s', async (_, iss) => {
    const { present, asked } = gate(resolve);
    expect(await present(await token(a, { iss }))).toBe('unknown_issuer');
    expect(asked).toEqual([]);
  });

  it.each([[null], [undefined], [false as const]])('takes %p for no', async (no) => {
    const { present, asked, advance } = gate(() => no);
    expect(await present(await token(a))).toBe('unknown_issuer');
    expect(await present(await token(a))).toBe('unknown_issuer');
    expect(asked).toHaveLength(1);
    advance(61);
    expect(await present(await token(a))).toBe('unknown_issuer');
    expect(asked).toHaveLength(2);
  });

  it('accepts every algorithm that a tenant is configured with, and no other', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES384', 'RS256'] });
    const { present } = gate(() => issuer.options({ algorithms: ['ES384'] }));
    expect(await present(await issuer.token())).toBe('accepted');
    expect(await present(await issuer.token({}, { algorithm: 'RS256' }))).toBe('alg_not_allowed');
    await issuer.close();
  });

  describe('when its time is nearly over', () => {
    it('asks anew while the answer still serves, and an unchanged one leaves all as it is', async () => {
      const { present, isWarm, asked, advance } = gate(resolve);
      const warm = await token(a);
      expect(await present(warm)).toBe('accepted');
      const requests = a.requests.length;
      for (let times = 2; times < 4; times += 1) {
        advance(250);
        expect(isWarm(warm)).toBe(true);
        await settled();
        expect(asked).toHaveLength(times);
      }
      expect(isWarm(warm)).toBe(true);
      expect(a.requests.slice(requests).filter((path) => path.includes('well-known'))).toEqual([]);
    });

    it('a no takes effect at once, remembered tokens included', async () => {
      const { present, isWarm, advance, jwks } = gate(resolve);
      const warm = await token(a);
      expect(await present(warm)).toBe('accepted');
      answers.delete(a.issuer);
      advance(250);
      expect(isWarm(warm)).toBe(true);
      await settled();
      expect(await present(warm)).toBe('unknown_issuer');
      expect(() => jwks.state(a.issuer)).toThrow(RangeError);
    });

    it('nobody is let in by an answer that is older than that', async () => {
      const { present, asked, advance } = gate(resolve, { maxAgeSeconds: 10 });
      const warm = await token(a);
      expect(await present(warm)).toBe('accepted');
      answers.delete(a.issuer);
      advance(10);
      expect(await present(warm)).toBe('unknown_issuer');
      expect(asked).toHaveLength(2);
    });

    it('a changed answer takes the place of all there was', async () => {
      const { present, isWarm, advance } = gate(resolve);
      const [old, young] = [await token(a), await token(a, { aud: 'api://new' })];
      expect(await present(old)).toBe('accepted');
      expect(await present(young)).toBe('aud_mismatch');
      answers.set(a.issuer, a.options({ audience: 'api://new' }));
      advance(250);
      expect(isWarm(old)).toBe(true);
      await settled();
      expect(await present(old)).toBe('aud_mismatch');
      expect(await present(young)).toBe('accepted');
    });
  });

  it('T-09: forgets at once, remembered tokens included, one or all', async () => {
    const { subject, present, isWarm, asked } = gate(resolve);
    const [ofA, ofB] = [await token(a), await token(b)];
    expect([await present(ofA), await present(ofB)]).toEqual(['accepted', 'accepted']);
    answers.clear();
    subject.forget(a.issuer);
    expect([await present(ofA), isWarm(ofB)]).toEqual(['unknown_issuer', true]);
    subject.forget();
    expect([await present(ofA), await present(ofB)]).toEqual(['unknown_issuer', 'unknown_issuer']);
    expect(asked).toHaveLength(5);
    answers.set(a.issuer, a.options());
    subject.forget(a.issuer);
    expect(await present(ofA)).toBe('accepted');
  });

  it('T-09: says whether there was anything to forget, so that a slash too many shows', async () => {
    const { subject, present, advance } = gate(resolve);
    expect([subject.forget(), subject.forget(a.issuer)]).toEqual([false, false]);
    expect(await present(await token(a))).toBe('accepted');
    expect(subject.forget(`${a.issuer}/`)).toBe(false);
    expect([subject.forget(a.issuer), subject.forget(a.issuer)]).toEqual([true, false]);
    answers.delete(b.issuer);
    expect(await present(await token(b))).toBe('unknown_issuer');
    expect([subject.forget(b.issuer), subject.forget(b.issuer)]).toEqual([true, false]);
    expect(await present(await token(b))).toBe('unknown_issuer');
    advance(61);
    expect(subject.forget(b.issuer)).toBe(false);
    expect(await present(await token(a))).toBe('accepted');
    expect([subject.forget(), subject.forget()]).toEqual([true, false]);
  });

  it('T-09: what is being looked up is known', async () => {
    const { subject, present } = gate(() => new Promise<Answer>(() => undefined));
    const before = present(await token(a));
    await settled();
    expect([subject.forget(b.issuer), subject.forget(a.issuer)]).toEqual([false, true]);
    expect(await before).toBe('503 lookup_failed');
  });

  it('does not let what was asked before it was to forget answer for afterwards', async () => {
    const waiting: ((answer: Answer) => void)[] = [];
    const { subject, present, asked } = gate(
      () => new Promise<Answer>((answer) => void waiting.push(answer)),
    );
    const before = present(await token(a));
    await settled();
    subject.forget(a.issuer);
    const after = present(await token(a));
    await settled();
    expect(asked).toHaveLength(2);
    waiting[0]?.(a.options());
    waiting[1]?.(null);
    expect([await before, await after]).toEqual(['unknown_issuer', 'unknown_issuer']);
  });

  it('does not let a verification under way answer for whoever comes after it forgot', async () => {
    const { subject, present } = gate(resolve);
    const same = await token(a);
    const before = present(same);
    answers.clear();
    subject.forget();
    expect(await present(same)).not.toBe('accepted');
    await before;
    expect(await present(same)).toBe('unknown_issuer');
  });

  it('is not changed by whoever changes what was answered', async () => {
    const jwks = { keys: [] as object[] };
    const answer = { ...a.options(), audience: ['api://test'] };
    const { present } = gate(() => answer);
    expect(await present(await token(a))).toBe('accepted');
    answer.audience.push('api://other');
    expect(await present(await token(a, { aud: 'api://other' }))).toBe('aud_mismatch');
    expect(jwks.keys).toEqual([]);
  });

  it('makes room for a new issuer where the one used least lately was', async () => {
    const { present, asked, isWarm, jwks } = gate(resolve, { maxIssuers: 1 });
    const [ofA, ofB] = [await token(a), await token(b)];
    expect(await present(ofA)).toBe('accepted');
    expect(await present(ofB)).toBe('accepted');
    expect(jwks.state().map(({ issuer }) => issuer)).toEqual([b.issuer]);
    expect(isWarm(ofB)).toBe(true);
    expect(await present(ofA)).toBe('accepted');
    expect(asked).toEqual([a.issuer, b.issuer, a.issuer]);
  });

  it('F30: asks the resolver about no more than 64 names at once, and known tenants are unaffected', async () => {
    let underWay = 0;
    let most = 0;
    const { present, isWarm, advance, asked } = gate(async (issuer) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((done) => setTimeout(done, issuer.startsWith('https://made-up') ? 50 : 5));
      underWay -= 1;
      return resolve(issuer);
    });
    const warm = await token(a);
    expect(await present(warm)).toBe('accepted');
    const [header = '', , signature = ''] = warm.split('.');
    const madeUp = (index: number): string => {
      const claims = { iss: `https://made-up.test/${String(index)}` };
      return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join(
        '.',
      );
    };
    advance(250);
    const flood = Array.from({ length: 10_000 }, (_, index) => present(madeUp(index)));
    expect(isWarm(warm)).toBe(true);
    expect(await present(await token(a))).toBe('accepted');
    const outcomes = new Set(await Promise.all(flood));
    expect(outcomes).toEqual(new Set(['unknown_issuer', '503 lookup_failed']));
    // The known tenant was asked about once more in the midst of it.
    expect(most).toBeLessThanOrEqual(64 + 1);
    expect(asked.filter((name) => name === a.issuer)).toHaveLength(2);
    expect(isWarm(warm)).toBe(true);
  });

  it('T-09: a flood of made-up names does not keep a tenant that was removed', async () => {
    let isRemoved = false;
    const { present, advance } = gate(async (issuer) => {
      await new Promise((done) => setTimeout(done, issuer.startsWith('https://made-up') ? 300 : 5));
      return isRemoved ? null : resolve(issuer);
    });
    const removed = await token(a);
    expect(await present(removed)).toBe('accepted');
    isRemoved = true;
    advance(301);
    const [header = '', , signature = ''] = removed.split('.');
    const madeUp = (index: number): Promise<string> => {
      const claims = JSON.stringify({ iss: `https://made-up.test/${String(index)}` });
      return present([header, Buffer.from(claims).toString('base64url'), signature].join('.'));
    };
    const flood = Array.from({ length: 200 }, (_, index) => madeUp(index));
    expect(await present(removed)).toBe('unknown_issuer');
    await Promise.all(flood);
  });
});
