import { resolveIssuer } from '../../../../lib/module/options/resolve-issuer.js';
import { runtimeFetch } from '../../../../lib/endpoint/fetch.js';
import type { JwtIssuer } from '../../../../lib/verification/jwt/jwt-issuer.js';
import { JwksService } from '../../../../lib/verification/jwt/keys/jwks-service.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { surroundings } from './surroundings.js';

describe('JwksService', () => {
  let a: TestIssuer;
  let b: TestIssuer;
  let subject: JwksService;
  let issuers: readonly JwtIssuer[];

  beforeEach(async () => {
    a = await TestIssuer.start({ algorithms: ['ES256'] });
    b = await TestIssuer.start({ algorithms: ['ES256'] });
    const secret = { issuer: 'static', audience: 'x', secret: 's'.repeat(32) };
    issuers = [a.options(), b.options(), secret].map((each) => resolveIssuer('issuer', each));
    subject = new JwksService(issuers, surroundings());
  });

  afterEach(async () => {
    await a.close();
    await b.close();
  });

  it('fetches the keys of the issuer that is asked for, and of no other', async () => {
    await subject.refresh(a.issuer);
    expect(a.requests).toEqual(['/.well-known/openid-configuration', '/jwks']);
    expect(b.requests).toEqual([]);
  });

  it('fetches the keys of every issuer when none is named', async () => {
    await subject.refresh();
    expect([a.requests.length, b.requests.length]).toEqual([2, 2]);
  });

  it('says so when it is to refresh the keys of an issuer it does not know', async () => {
    await expect(subject.refresh('https://elsewhere.test/')).rejects.toThrow(RangeError);
  });

  it('has no keys of an issuer that is not configured', async () => {
    const header = { alg: 'ES256', kid: undefined };
    expect(await subject.find('https://elsewhere.test/', header)).toEqual([]);
    expect(await subject.find(a.issuer, header)).toHaveLength(1);
    expect(await subject.find('static', { alg: 'HS256', kid: undefined })).toHaveLength(1);
  });

  it('says how the keys of each issuer are', async () => {
    const [before] = subject.state(a.issuer);
    expect(before).toMatchObject({ issuer: a.issuer, status: 'unavailable', keys: 0 });
    const earliest = Date.now();
    await subject.refresh(a.issuer);
    expect(subject.state()).toMatchObject([
      { issuer: a.issuer, status: 'fresh', keys: 1, failingSince: undefined },
      { issuer: b.issuer, status: 'unavailable', fetchedAt: undefined },
      { issuer: 'static', isDynamic: false, status: 'fixed', keys: 1 },
    ]);
    expect(subject.state(a.issuer)[0]?.fetchedAt).toBeGreaterThanOrEqual(earliest - 1);
    expect(() => subject.state('https://elsewhere.test/')).toThrow(RangeError);
    await b.close();
    await expect(subject.refresh(b.issuer)).rejects.toThrow('could not be reached');
    const [failing] = subject.state(b.issuer);
    expect(failing?.failingSince).toBeGreaterThanOrEqual(earliest);
    expect(failing?.nextAttemptAt).toBeGreaterThan(failing?.failingSince ?? Infinity);
  });

  it('vouches for what an issuer still publishes, and for what is configured', async () => {
    await subject.refresh(a.issuer);
    const [key] = await subject.find(a.issuer, { alg: 'ES256', kid: undefined });
    const vouches = issuers.map((issuer) =>
      subject.keySetOf(issuer)?.vouchesFor(key?.thumbprint ?? ''),
    );
    expect(vouches).toEqual([true, false, true]);
  });

  it('has keys for the very configuration that is in use, and not for another of its name', () => {
    const [first] = issuers;
    if (!first) throw new Error('There is no issuer');
    const second = { ...first };
    expect(subject.keySetOf(second)).toBeUndefined();
    subject.admit(second, runtimeFetch);
    expect(subject.keySetOf(first)).toBeUndefined();
    expect(subject.keySetOf(second)).toBeDefined();
    subject.dismiss(first);
    expect(subject.keySetOf(second)).toBeDefined();
    subject.dismiss(second);
    expect(subject.keySetOf(second)).toBeUndefined();
    expect(() => subject.state(a.issuer)).toThrow(RangeError);
  });

  it('counts on when issuers come and go', async () => {
    const [first] = issuers;
    if (!first) throw new Error('There is no issuer');
    const counted: number[] = [subject.generation];
    const count = (): void => void counted.push(subject.generation);
    await subject.refresh();
    count();
    const second = { ...first };
    subject.admit(second, runtimeFetch);
    count();
    await subject.refresh(a.issuer);
    count();
    subject.dismiss(second);
    count();
    expect(counted).toEqual([...new Set(counted)].toSorted((one, other) => one - other));
  });
});

describe('hydrate', () => {
  const hydrated = async (hydrate: 'background' | 'required' | 'lazy'): Promise<TestIssuer> => {
    const issuer = await TestIssuer.start();
    const issuers = [resolveIssuer('issuer', issuer.options())];
    await new JwksService(issuers, surroundings({ hydrate })).hydrate();
    return issuer;
  };

  it('fetches before it returns when keys are required', async () => {
    const issuer = await hydrated('required');
    expect(issuer.requests).toHaveLength(2);
    await issuer.close();
  });

  it('fetches in the background', async () => {
    const issuer = await hydrated('background');
    expect(issuer.requests).toHaveLength(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(issuer.requests).toHaveLength(2);
    await issuer.close();
  });

  it('fetches nothing when it is to be lazy', async () => {
    const issuer = await hydrated('lazy');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(issuer.requests).toHaveLength(0);
    await issuer.close();
  });
});
