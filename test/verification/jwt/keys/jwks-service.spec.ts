import { resolveIssuer } from '../../../../lib/module/options/resolve-issuer.js';
import { JwksService } from '../../../../lib/verification/jwt/keys/jwks-service.js';
import { TestIssuer } from '../../../../lib/testing/index.js';

describe('JwksService', () => {
  let a: TestIssuer;
  let b: TestIssuer;
  let subject: JwksService;

  beforeEach(async () => {
    a = await TestIssuer.start({ algorithms: ['ES256'] });
    b = await TestIssuer.start({ algorithms: ['ES256'] });
    const secret = { issuer: 'static', audience: 'x', secret: 's'.repeat(32) };
    const issuers = [a.options(), b.options(), secret].map((each) => resolveIssuer('issuer', each));
    subject = new JwksService(issuers, { clock: Date.now, report: () => undefined });
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
});
