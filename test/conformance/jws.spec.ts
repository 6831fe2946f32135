import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, casesOf, tokenOf } from './catalogue.js';
import { isExcused } from './exceptions.js';
import { startFixture, type Fixture } from './fixture.js';
import { mint } from './minting.js';
import { OutboundConnections } from './outbound-connections.js';
import { answerTo, pipeline } from './raw-socket.js';
import { bearer, request, requestOf, validClaims } from './requests.js';
import { expectVerdict, type Outcome } from './verdict.js';

/** A cookie carries what a header cannot. */
const IN_A_COOKIE = ['J-95'];
const single = casesOf('jws').filter(({ id }) => !isExcused(id) && !IN_A_COOKIE.includes(id));
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe.each(ADAPTERS)('signatures and their headers on %s', (adapter) => {
  let api: Fixture;
  let outbound: OutboundConnections;

  beforeAll(async () => {
    api = await startFixture(adapter);
  });

  beforeEach(() => {
    api.events.length = 0;
    outbound = new OutboundConnections();
  });

  afterEach(() => {
    outbound.close();
  });

  afterAll(() => api.close());

  const ask = async (octets: string): Promise<Outcome> => {
    const answer = await answerTo(api.port, octets);
    return { answer, reason: api.reason() };
  };

  it.each(single.map((each) => [each.id, each.description, each] as const))(
    '%s %s',
    async (id, _, expected) => {
      const octets = requestOf(id) ?? '';
      expectVerdict(expected, await ask(octets));
      // A refusal that is remembered, and an identity that is, give the same answer.
      expectVerdict(expected, await ask(octets));
      // Nothing that a token says leads anywhere.
      expect(outbound.count).toBe(0);
    },
  );

  it.each(['OK-RS256', 'OK-ES256', 'OK-EdDSA', 'OK-TENANT-B'])('%s is accepted', async (id) => {
    const { answer, reason } = await ask(bearer(tokenOf(id)));
    expect([answer.status, reason]).toEqual([200, 'ok']);
  });

  it('J-42 every flip of one bit of a valid token is refused', async () => {
    const token = await mint({}, 'EdDSA');
    expect((await ask(bearer(token))).answer.status).toBe(200);
    const flipped = [...token].flatMap((_, position) => flips(token, position));
    expect(flipped.length).toBeGreaterThan(2000);
    const answers = await pipeline(
      api.port,
      flipped.map((each) => bearer(each)),
    );
    expect(answers.filter(({ status }) => status !== 401)).toEqual([]);
  });

  it('J-40 a truncated signature', async () => {
    const [header = '', payload = '', signature = ''] = tokenOf('OK-RS256').split('.');
    const canonical = [header, payload, signature.slice(0, -6)].join('.');
    expectVerdict(caseOf('J-40'), await ask(bearer(canonical)));
    const malformed = { ...caseOf('J-40'), expected_error_code: 'token_malformed' };
    expectVerdict(malformed, await ask(requestOf('J-40') ?? ''));
  });

  it('J-43 one flipped character of the payload', async () => {
    const [header = '', , signature = ''] = tokenOf('OK-RS256').split('.');
    const claims = JSON.stringify({ ...validClaims(), sub: 'user-2' });
    const payload = Buffer.from(claims).toString('base64url');
    expectVerdict(caseOf('J-43'), await ask(bearer([header, payload, signature].join('.'))));
    const unknown = { ...caseOf('J-43'), expected_error_code: 'unknown_issuer' };
    expectVerdict(unknown, await ask(requestOf('J-43') ?? ''));
  });

  it('J-76 the algorithm that is let in is the one that verifies', async () => {
    const { answer } = await ask(requestOf('J-76') ?? '');
    expect(JSON.parse(answer.body)).toMatchObject({ sub: 'user-1' });
  });

  it.each(['\t', ' ', '%0A', '%09'])(
    'J-95 a segment with %j inside, in a cookie',
    async (blank) => {
      const cookies = await startFixture(adapter, { auth: { cookie: { name: 'session' } } });
      try {
        const [header = '', ...rest] = tokenOf('OK-RS256').split('.');
        const value = [header.slice(0, 9) + blank + header.slice(9), ...rest].join('.');
        const octets = request('GET /me', [`Cookie: session=${value}`]);
        const answer = await answerTo(cookies.port, octets);
        expectVerdict(caseOf('J-95'), { answer, reason: cookies.reason() });
      } finally {
        await cookies.close();
      }
    },
  );
});

/** The token with each bit of one character flipped, where that gives a character of base64url. */
function flips(token: string, position: number): readonly string[] {
  const value = ALPHABET.indexOf(token[position] ?? '');
  if (value < 0) return [];
  return [0, 1, 2, 3, 4, 5].map((bit) => {
    const character = ALPHABET[value ^ (1 << bit)] ?? '';
    return token.slice(0, position) + character + token.slice(position + 1);
  });
}

it('notices the connections that an application opens', async () => {
  const outbound = new OutboundConnections();
  await fetch('http://127.0.0.1:4666/').catch(() => undefined);
  outbound.close();
  expect(outbound.count).toBe(1);
});

it('every case of the group is tested', () => {
  expect(single.filter(({ id }) => requestOf(id) === undefined)).toEqual([]);
});
