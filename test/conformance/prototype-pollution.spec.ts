import { ADAPTERS } from '../e2e/http/application.js';
import { caseOf, casesOf, tokenOf, vectors, type Case } from './catalogue.js';
import { mint } from './minting.js';
import { answerTo, headerValues } from './raw-socket.js';
import { bearer, request } from './requests.js';
import { BundledTarget, type TargetProcess } from './target-process.js';
import { expectVerdict, type Outcome } from './verdict.js';

/** Pollutes before anything else is loaded, or when it is told to. */
const prelude = (members: object | undefined): string => `
  const pollute = (members) => Object.assign(Object.prototype, members);
  pollute(${JSON.stringify(members ?? {})});
  process.once('message', (members) => { pollute(members); process.send('done'); });
  process.channel.unref();
`;

const MEMBERS: Readonly<Record<string, object>> = {
  'P-01': { clockTolerance: 1e9, clockToleranceSeconds: 1e9, maxTokenAge: 1e9, currentDate: 0 },
  'P-03': { algorithms: ['none', 'HS256'] },
  'P-04': { isPublic: true, public: true, skipAuth: true },
  'P-05': { roles: ['admin'], permissions: ['admin'], scope: 'orders:read orders:write' },
  'P-07': { cnf: { jkt: 'x'.repeat(43) }, jkt: 'x'.repeat(43) },
};

const issuer = {
  issuer: vectors.issuer_a,
  audience: vectors.audience,
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  jwks: vectors.jwks_a,
};

describe.each(ADAPTERS)('a polluted Object.prototype on %s', (adapter) => {
  const config = {
    adapter,
    now: vectors.now,
    clockToleranceSeconds: 60,
    profile: 'rfc9068',
    issuers: [issuer],
  };
  let bundle: BundledTarget;

  beforeAll(async () => {
    bundle = await BundledTarget.make();
  }, 60_000);

  afterAll(() => bundle.remove());

  /** Starts a target that is polluted before the package is loaded, or once it listens. */
  const polluted = async (id: string, when: string): Promise<TargetProcess> => {
    const members = MEMBERS[id];
    if (when === 'before') return bundle.start(config, prelude(members));
    const target = await bundle.start(config, prelude(undefined));
    await target.tell(members ?? {});
    return target;
  };

  const ask = async (target: TargetProcess, octets: string): Promise<Outcome> => {
    const answer = await answerTo(target.port, octets);
    const [code] = headerValues(answer, 'x-auth-code');
    return { answer, reason: code as Outcome['reason'] };
  };

  describe.each(['before', 'after'])('%s the package is loaded', (when) => {
    const rows: [id: string, octets: () => Promise<string> | string, expected: Case][] = [
      ['P-01', () => bearer(tokenOf('C-01')), caseOf('P-01')],
      ['P-03', () => bearer(tokenOf('J-17')), caseOf('P-03')],
      ['P-04', () => request('GET /me'), caseOf('P-04')],
      [
        'P-05',
        () => mint({ roles: undefined, scope: undefined }).then((it) => bearer(it, 'GET /admin')),
        { ...caseOf('P-05'), expected_www_authenticate: null },
      ],
      [
        'P-07',
        () => mint().then((it) => bearer(it)),
        { ...caseOf('P-07'), expected_status: 200, expected_error_code: null },
      ],
    ];

    it.each(rows)('%s', async (id, octets, expected) => {
      const target = await polluted(id, when);
      try {
        const sent = await octets();
        expectVerdict(expected, await ask(target, sent));
        expectVerdict(expected, await ask(target, sent));
        expect((await ask(target, bearer(await mint({ sub: 'ann' })))).answer.status).toBe(200);
        expect((await ask(target, bearer(tokenOf('J-05')))).answer.status).toBe(401);
      } finally {
        expect(await target.stop()).toBe(0);
      }
    });
  });
});

it('every case of the group is tested', () => {
  expect(casesOf('prototype_pollution').map(({ id }) => id)).toEqual(Object.keys(MEMBERS));
});
