import { Injectable } from '@nestjs/common';
import {
  arg,
  type Argument,
  Authorize,
  type AuthModuleOptions,
  type Policy,
  type PolicyRequest,
  type RefusalCode,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';

/**
 * The handlers that every transport has. Each answers with the subject of its caller, or `null`:
 * `closed` declares nothing, `admins` has `@Roles('admin')`, `open` is `@Public()`, `optional` is
 * `@OptionalAuth()`, `owned` has {@link Mine} on the argument `owner`.
 */
export type HandlerName = 'closed' | 'admins' | 'open' | 'optional' | 'owned';

/** What is sent to a handler. */
export interface Question {
  readonly handler: HandlerName;
  readonly token?: string | undefined;
  readonly owner?: string;
}

/** What came back, whatever the transport's currency for it. */
export type Outcome =
  | { readonly subject: string | null }
  | { readonly status: 400 | 401 | 403 | 404 | 503; readonly code: RefusalCode };

/** A transport of an application that runs. */
interface RunningTransport {
  /** Sends a question, checks that the answer is in the currency of the transport, and tells what it says. */
  ask(question: Question): Promise<Outcome>;
  close(): Promise<void>;
}

/** A transport, and how an application is started that is reached by it. */
export interface TransportUnderTest {
  readonly name: string;
  start(auth: AuthModuleOptions): Promise<RunningTransport>;
}

/** Whose name an argument says, theirs it is. */
@Injectable()
export class MinePolicy implements Policy<{ owner: unknown }> {
  allows({ principal, args }: PolicyRequest<{ owner: unknown }>): boolean {
    return args.owner === principal.subject;
  }
}

/** @param path Where the transport has the argument: `payload.owner`, `args.owner`. */
export function Mine(path: string): MethodDecorator & ClassDecorator {
  const owner: Argument = arg(path);
  return Authorize(MinePolicy, { owner });
}

/** Options for every transport of the table. */
const CLAIMS = { roles: 'roles' };

const refused = (status: 401 | 403 | 503, code: RefusalCode): Outcome => ({ status, code });

/** One table for every transport. */
const CASES: readonly (readonly [string, Omit<Question, 'token'>, keyof Tokens, Outcome])[] = [
  ['no credential', { handler: 'closed' }, 'none', refused(401, 'missing_credentials')],
  ['a bad one', { handler: 'closed' }, 'bad', refused(401, 'invalid_token')],
  ['a malformed one', { handler: 'closed' }, 'malformed', refused(401, 'token_malformed')],
  ['an expired one', { handler: 'closed' }, 'expired', refused(401, 'token_expired')],
  ['a good one', { handler: 'closed' }, 'user', { subject: 'ann' }],
  ['the wrong role', { handler: 'admins' }, 'user', refused(403, 'forbidden')],
  ['the right role', { handler: 'admins' }, 'admin', { subject: 'root' }],
  ['nothing, where it is public', { handler: 'open' }, 'none', { subject: null }],
  ['a bad one, where it is public', { handler: 'open' }, 'bad', { subject: null }],
  ['nothing, where that is optional', { handler: 'optional' }, 'none', { subject: 'anonymous' }],
  ['a good one, where that is optional', { handler: 'optional' }, 'user', { subject: 'ann' }],
  [
    'a bad one, where it is optional',
    { handler: 'optional' },
    'bad',
    refused(401, 'invalid_token'),
  ],
  ['its own argument', { handler: 'owned', owner: 'ann' }, 'user', { subject: 'ann' }],
  ["another's argument", { handler: 'owned', owner: 'bob' }, 'user', refused(403, 'forbidden')],
  ['no argument', { handler: 'owned' }, 'user', refused(403, 'forbidden')],
  [
    'one of an issuer that is down',
    { handler: 'closed' },
    'down',
    refused(503, 'auth_unavailable'),
  ],
  [
    'one of an issuer that is down, where it is public',
    { handler: 'open' },
    'down',
    { subject: null },
  ],
];

interface Tokens {
  readonly none: undefined;
  readonly bad: string;
  readonly malformed: string;
  readonly expired: string;
  readonly user: string;
  readonly admin: string;
  readonly down: string;
}

/** Runs the table on a transport. */
export function describeCases(transport: TransportUnderTest): void {
  describe(`the table of cases, over ${transport.name}`, () => {
    let issuers: readonly [TestIssuer, TestIssuer];
    let running: RunningTransport;
    let tokens: Tokens;

    beforeAll(async () => {
      issuers = await Promise.all([
        TestIssuer.start({ algorithms: ['ES256'] }),
        TestIssuer.start({ algorithms: ['ES256'] }),
      ]);
      tokens = await tokensOf(...issuers);
      issuers[1].pause();
      running = await transport.start({
        issuers: issuers.map((each) => each.options({ claims: CLAIMS })),
        keySets: { hydrate: 'lazy' },
      });
    });

    afterAll(async () => {
      await running.close();
      await Promise.all(issuers.map((each) => each.close()));
    });

    it.each(CASES)('%s', async (_, question, token, expected) => {
      const outcome = await running.ask({ ...question, token: tokens[token] });
      expect(outcome).toEqual(expected);
    });

    it('two at once, each as whom it came', async () => {
      const outcomes = await Promise.all([
        running.ask({ handler: 'closed', token: tokens.user }),
        running.ask({ handler: 'closed', token: tokens.admin }),
        running.ask({ handler: 'closed' }),
      ]);
      expect(outcomes).toEqual([
        { subject: 'ann' },
        { subject: 'root' },
        refused(401, 'missing_credentials'),
      ]);
    });
  });
}

async function tokensOf(issuer: TestIssuer, down: TestIssuer): Promise<Tokens> {
  const user = await issuer.token({ sub: 'ann', roles: ['user'] });
  const [header = '', payload = ''] = user.split('.');
  const exp = Math.floor(Date.now() / 1000) - 3600;
  return {
    none: undefined,
    bad: `${header}.${payload}.${'A'.repeat(86)}`,
    malformed: 'not-a-token',
    expired: await issuer.token({ sub: 'ann', iat: exp - 60, exp }),
    user,
    admin: await issuer.token({ sub: 'root', roles: ['admin'] }),
    down: await down.token({ sub: 'eve' }),
  };
}
