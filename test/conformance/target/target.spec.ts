import { ADAPTERS } from '../../e2e/http/application.js';
import { casesOf, tokenOf, vectors } from '../catalogue.js';
import { isExcused } from '../exceptions.js';
import { answerTo, headerValues } from '../raw-socket.js';
import { bearer, request, requestOf } from '../requests.js';
import { BundledTarget, type TargetProcess } from '../target-process.js';
import { expectVerdict, type Outcome } from '../verdict.js';

const issuer = {
  issuer: vectors.issuer_a,
  audience: vectors.audience,
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  jwks: vectors.jwks_a,
  jwksUri: null,
  tenant: 'a',
};
const config = { adapter: 'express', now: null, issuers: [issuer] };

let bundle: BundledTarget;

beforeAll(async () => {
  bundle = await BundledTarget.make();
}, 60_000);

afterAll(() => bundle.remove());

describe.each(ADAPTERS)('the conformance target on %s', (adapter) => {
  let target: TargetProcess;

  beforeAll(async () => {
    const issuers = [issuer];
    const fixture = { now: vectors.now, clockToleranceSeconds: 60, profile: 'rfc9068' };
    target = await bundle.start({ adapter, ...fixture, issuers });
  });

  afterAll(async () => {
    expect(await target.stop()).toBe(0);
  });

  const ask = async (octets: string): Promise<Outcome> => {
    const answer = await answerTo(target.port, octets);
    const [code] = headerValues(answer, 'x-auth-code');
    return { answer, reason: code as Outcome['reason'] };
  };

  const sample = casesOf('claims').filter(
    ({ id }) => !isExcused(id) && requestOf(id) !== undefined && !['C-02', 'C-80'].includes(id),
  );

  it.each(sample.map((each) => [each.id, each] as const))('answers %s', async (id, expected) => {
    expectVerdict(expected, await ask(requestOf(id) ?? ''));
  });

  it.each([
    ['GET /public', undefined, 200, 'ok'],
    ['GET /me', undefined, 401, 'missing_credentials'],
    ['GET /me', 'OK-RS256', 200, 'ok'],
    ['GET /admin', 'OK-RS256', 403, 'insufficient_role'],
    ['GET /admin', 'OK-ADMIN', 200, 'ok'],
    ['GET /orders', 'OK-RS256', 200, 'ok'],
    ['POST /orders', 'OK-RS256', 403, 'insufficient_scope'],
    ['GET /key', 'OK-RS256', 404, 'not_found'],
  ])('%s with %s: %d %s', async (route, vector, status, code) => {
    const headers = vector === undefined ? [] : [`Authorization: Bearer ${tokenOf(vector)}`];
    const { answer, reason } = await ask(request(route, [...headers, 'Content-Length: 0']));
    expect([answer.status, reason]).toEqual([status, code]);
  });

  it('says so of a body that cannot be read', async () => {
    const { answer } = await ask(requestOf('H-48') ?? '');
    expect(headerValues(answer, 'x-auth-code')).toEqual(['body_parse']);
  });

  it('ties outcomes to answers while many are under way', async () => {
    const octets = [bearer(tokenOf('OK-RS256')), bearer(tokenOf('C-01')), request('GET /me')];
    const codes = ['ok', 'token_expired', 'missing_credentials'];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => ask(octets[index % 3] ?? '')),
    );
    expect(answers.map(({ reason }) => reason)).toEqual(
      answers.map((_, index) => codes[index % 3]),
    );
  });
});

describe('the conformance target does not start', () => {
  it.each([
    ['an unknown member', { ...config, clock: 1 }, 'unknown member "clock"'],
    ['an unknown member of an issuer', { issuers: [{ ...issuer, x: 1 }] }, 'unknown member "x"'],
    ['another adapter', { ...config, adapter: 'koa' }, '"adapter" must be'],
    ['a time that is none', { ...config, now: 'soon' }, '"now" must be'],
    ['no issuers', { adapter: 'express' }, '"issuers" must be'],
    ['what the module refuses', { ...config, profile: 'rfc0' }, 'rfc9068'],
  ])('with %s', async (_, wrong, sentence) => {
    const { code, complaint } = await bundle.fail(wrong);
    expect(code).toBe(1);
    expect(complaint).toContain(sentence);
  });
});
