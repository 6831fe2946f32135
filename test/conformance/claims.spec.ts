import * as api from '../../lib/index.js';
import { ADAPTERS } from '../e2e/http/application.js';
import { authorizationOf, caseOf, casesOf, tokenOf, vectors } from './catalogue.js';
import { isExcused } from './exceptions.js';
import { issuerA, startFixture, type Fixture, type FixtureParts } from './fixture.js';
import { mint } from './minting.js';
import { OutboundConnections } from './outbound-connections.js';
import { answerTo } from './raw-socket.js';
import { bearer, request, requestOf } from './requests.js';
import { expectVerdict, type Outcome } from './verdict.js';

/** Cases that need another configuration, or more than one request. */
const OWN = ['C-02', 'C-26', 'C-43', 'C-80'];
const single = casesOf('claims').filter(({ id }) => !isExcused(id) && !OWN.includes(id));

describe.each(ADAPTERS)('claims on %s', (adapter) => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture(adapter);
  });

  beforeEach(() => {
    fixture.events.length = 0;
  });

  afterAll(() => fixture.close());

  const ask = async (octets: string, of = fixture): Promise<Outcome> => {
    const answer = await answerTo(of.port, octets);
    return { answer, reason: of.reason() };
  };

  /** Asks an application of its own. */
  const askAnother = async (parts: FixtureParts, octets: string): Promise<Outcome> => {
    const other = await startFixture(adapter, parts);
    try {
      return await ask(octets, other);
    } finally {
      await other.close();
    }
  };

  it.each(single.map((each) => [each.id, each.description, each] as const))(
    '%s %s',
    async (id, _, expected) => {
      const outbound = new OutboundConnections();
      const octets = requestOf(id) ?? '';
      expectVerdict(expected, await ask(octets));
      expectVerdict(expected, await ask(octets));
      expect(outbound.count).toBe(0);
      outbound.close();
    },
  );

  it.each([
    [-61, 401],
    [-60, 401],
    [-59, 200],
  ])('C-01 exp at now %d s, with a tolerance of 60: %d', async (offset, status) => {
    const token = await mint({ exp: vectors.now + offset });
    expect((await ask(bearer(token))).answer.status).toBe(status);
  });

  it('C-02 a token expires at exp, not after it', async () => {
    const issuers = [issuerA({ clockToleranceSeconds: 0 })];
    expectVerdict(caseOf('C-02'), await askAnother({ issuers }, bearer(tokenOf('C-02'))));
  });

  it('C-26 a clock that is moved', async () => {
    const octets = bearer(await mint({ sub: 'moved' }));
    try {
      expect((await ask(octets)).answer.status).toBe(200);
      fixture.now += 3600;
      expectVerdict(caseOf('C-26'), await ask(octets));
      // Back again it is valid again, and an hour before that it was not issued yet.
      fixture.now -= 3600;
      expect((await ask(octets)).answer.status).toBe(200);
      fixture.now -= 3600;
      expect(await ask(octets)).toMatchObject({
        answer: { status: 401 },
        reason: 'token_not_active',
      });
    } finally {
      fixture.now = vectors.now;
    }
  });

  it('C-43 an audience of 5000 names is too long to be read', async () => {
    const aud = Array.from({ length: 5000 }, (_, index) => `api://${String(index)}`);
    const octets = bearer(await mint({ aud: [...aud, vectors.audience] }));
    const maxHeaderSize = 4 * 1024 * 1024;
    expectVerdict(caseOf('C-43'), await askAnother({ maxHeaderSize }, octets));
  });

  it('C-80 a client that is not listed', async () => {
    const issuers = [issuerA({ authorizedParties: ['client-1'] })];
    expectVerdict(caseOf('C-80'), await askAnother({ issuers }, bearer(tokenOf('C-80'))));
    expect((await askAnother({ issuers }, bearer(tokenOf('OK-RS256')))).reason).toBe('ok');
  });

  it('C-94 an empty payload', async () => {
    const outcome = await ask(bearer(tokenOf('C-94')));
    expectVerdict({ ...caseOf('C-94'), expected_error_code: 'token_malformed' }, outcome);
  });

  it('C-97 of two subjects, one and the same everywhere', async () => {
    const octets = requestOf('C-97') ?? '';
    const subjects = [await ask(octets), await ask(octets)].map(
      ({ answer }) => (JSON.parse(answer.body) as { sub: string }).sub,
    );
    const told = fixture.events.map((event) => 'principal' in event && event.principal?.subject);
    expect([...subjects, ...told]).toEqual(['admin', 'admin', 'admin', 'admin']);
  });

  it('C-98 a __proto__ claim gives no role, even to copies of the claims', async () => {
    const outcome = await ask(requestOf('C-98') ?? '');
    expectVerdict({ ...caseOf('C-98'), expected_www_authenticate: null }, outcome);
    const [event] = fixture.events.flatMap((each) =>
      each.type === 'auth.authenticated' ? [each] : [],
    );
    const copies = [{ ...event?.principal.claims }, Object.assign({}, event?.principal.claims)];
    for (const copy of copies) {
      expect(copy['isAdmin']).toBeUndefined();
      expect(copy['roles']).toEqual(['user']);
    }
    expect(event?.principal.roles.has('admin')).toBe(false);
  });

  it.each(['C-98', 'C-99'])('%s leaves no trace in Object.prototype', async (id) => {
    await ask(request('GET /admin', [`Authorization: ${authorizationOf(id)}`]));
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each(['C-75', 'C-102'])('%s survives JSON and a header', async (id) => {
    const { answer } = await ask(requestOf(id) ?? '');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toHaveProperty('sub');
  });
});

it('C-89 there is no step-up authentication yet', () => {
  const names = Object.keys(api).filter((name) => /auth_?time|acr|step.?up|mfa/i.test(name));
  expect(names).toEqual([]);
});

it('every case of the group is tested', () => {
  expect(single.filter(({ id }) => requestOf(id) === undefined)).toEqual([]);
});
