import { jest } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { AuthConfigurationError } from '../../lib/core/auth-configuration-error.js';
import { AuthEvents } from '../../lib/observability/auth-events.js';
import type { AuthEvent, RequestFacts } from '../../lib/observability/auth-event.js';
import { logEvents } from '../../lib/module/log-events.js';
import { TokenEndpointError } from '../../lib/outbound/token-endpoint-error.js';
import { IssuerEndpointError } from '../../lib/endpoint/issuer-endpoint-error.js';

const FACTS: RequestFacts = {
  handler: 'Orders.list',
  route: 'GET /orders',
  requestId: undefined,
  subject: 'anonymous',
  organizationId: undefined,
  sessionId: undefined,
  milliseconds: 1,
};

const DENIED: AuthEvent = {
  type: 'auth.denied',
  ...FACTS,
  code: 'invalid_token',
  reason: 'unknown_issuer',
  detail: 'any of https://login.test/',
  principal: undefined,
};

describe('AuthEvents', () => {
  it('tells every listener, even after one that fails', () => {
    const seen: unknown[] = [];
    const fail = (): never => {
      throw new Error('listener');
    };
    const events = new AuthEvents([fail, (event) => void seen.push(event)], (error) =>
      seen.push(error),
    );
    events.emit(DENIED);
    expect(seen).toEqual([new Error('listener'), DENIED]);
  });
});

it('AuthEvents outlives a listener whose promise is broken', async () => {
  const failure = await new Promise((resolve) => {
    new AuthEvents([() => Promise.reject(new Error('audit store down'))], resolve).emit(DENIED);
  });
  expect(failure).toEqual(new Error('audit store down'));
});

describe('logEvents', () => {
  function logged(...events: AuthEvent[]): string[] {
    const lines: string[] = [];
    const at = (level: string) => (message: unknown) =>
      void lines.push(`${level}: ${String(message)}`);
    const logger: LoggerService = {
      log: at('log'),
      warn: at('warn'),
      error: at('error'),
      debug: at('debug'),
    };
    const log = logEvents(logger);
    for (const event of events) void log(event);
    return lines;
  }

  it('logs a denial quietly, with its precise reason', () => {
    expect(logged(DENIED)).toEqual([
      'debug: Orders.list denied: unknown_issuer: any of https://login.test/',
    ]);
  });

  it('logs quietly what was ended, and why', () => {
    const { subject, organizationId, sessionId } = FACTS;
    const event: AuthEvent = {
      type: 'connection.ended',
      ...{ transport: 'ws', handler: 'Chat.handleConnection', route: undefined },
      ...{ requestId: undefined, milliseconds: 5, code: 'invalid_token', reason: 'token_revoked' },
      ...{ subject, organizationId, sessionId, principal: undefined },
    };
    expect(logged(event)).toEqual(['debug: Chat.handleConnection ended: token_revoked']);
  });

  const OUTAGE: AuthEvent = {
    type: 'auth.unavailable',
    ...FACTS,
    code: 'auth_unavailable',
    reason: 'issuer_unavailable',
    detail: undefined,
    cause: new Error('https://login.test/jwks answered with status 500'),
  };
  const OUTAGE_LINE =
    'error: Orders.list unavailable: issuer_unavailable: https://login.test/jwks answered with status 500';

  it('logs an outage loudly, with its cause', () => {
    expect(logged(OUTAGE)).toEqual([OUTAGE_LINE]);
  });

  it('says which option is wrong where a tenant cannot be configured', () => {
    const cause = new AuthConfigurationError('audience', 'is missing', 'Name this API.');
    expect(logged({ ...OUTAGE, reason: 'lookup_failed', cause })).toEqual([
      'error: Orders.list unavailable: lookup_failed: audience is missing. Name this API.',
    ]);
    expect(logged({ ...OUTAGE, reason: 'lookup_failed', cause: new TypeError('secret') })).toEqual([
      'error: Orders.list unavailable: lookup_failed: TypeError',
    ]);
  });

  it('says what the server answered that grants no token', () => {
    const said = 'https://login.test/token refused us with status 401: invalid_client';
    const cause = new TokenEndpointError('token_endpoint_rejected', said);
    expect(logged({ ...OUTAGE, reason: 'token_endpoint_rejected', cause })).toEqual([
      `error: Orders.list unavailable: token_endpoint_rejected: ${said}`,
    ]);
  });

  it('says of a look-up what an address answered, and of another failure no more than its name', () => {
    const reason = 'lookup_failed';
    const address = new URL('https://api.test/v1/verify?token=x');
    const cause = new IssuerEndpointError(address, 'answered with status 401');
    expect(logged({ ...OUTAGE, reason, cause }, { ...OUTAGE, reason: 'policy_failed' })).toEqual([
      'error: Orders.list unavailable: lookup_failed: https://api.test/v1/verify answered with status 401',
      'error: Orders.list unavailable: policy_failed: Error',
    ]);
  });

  it('says which look-up failed, and one that fails all the time silences no other', () => {
    const failing = (detail: string, cause?: unknown): AuthEvent => ({
      ...{ ...OUTAGE, type: 'auth.unavailable', code: 'auth_unavailable' },
      ...{ reason: 'lookup_failed', detail, cause },
    });
    const load = failing('principal.load', new TypeError('secret'));
    const late = failing('tenant.validate was late');
    expect(logged(load, late, load)).toEqual([
      'error: Orders.list unavailable: lookup_failed: principal.load: TypeError',
      'error: Orders.list unavailable: lookup_failed: tenant.validate was late',
    ]);
  });

  it('has one line for all that an outage refuses, and says how many there were', () => {
    const elapsed = jest.spyOn(performance, 'now');
    elapsed.mockReturnValueOnce(0).mockReturnValueOnce(1).mockReturnValueOnce(9999);
    elapsed.mockReturnValueOnce(10_000);
    expect(logged(OUTAGE, OUTAGE, OUTAGE, OUTAGE)).toEqual([
      OUTAGE_LINE,
      `${OUTAGE_LINE} (and 2 more since the last such line)`,
    ]);
    elapsed.mockRestore();
  });

  it('does not log what a policy says of its failure, for it may quote a client', () => {
    const cause = new TypeError('no such a\nFAKE LINE');
    const [reason, code] = ['policy_failed', 'auth_unavailable'] as const;
    expect(
      logged({
        type: 'auth.unavailable',
        ...FACTS,
        handler: 'A.b',
        code,
        reason,
        detail: undefined,
        cause,
      }),
    ).toEqual(['error: A.b unavailable: policy_failed: TypeError']);
  });

  const issuer = 'https://login.test/';

  it.each<[AuthEvent, string]>([
    [
      { type: 'keys.refreshed', issuer, keys: 2, added: 1, withdrawn: 3 },
      'debug: Keys of https://login.test/: 2, of which 1 new; 3 withdrawn',
    ],
    [
      { type: 'keys.failing', issuer, cause: new Error('it is down'), trustedUntil: 0 },
      'warn: Keys of https://login.test/ cannot be fetched; those known stay in use until 1970-01-01T00:00:00.000Z: it is down',
    ],
    [
      { type: 'keys.failing', issuer, cause: 'odd', trustedUntil: undefined },
      'warn: Keys of https://login.test/ cannot be fetched; none are known, and without them requests are answered with 503: for an unknown reason',
    ],
    [{ type: 'keys.recovered', issuer }, 'log: Keys of https://login.test/ can be fetched again'],
    [
      { type: 'keys.ignored', issuer, kid: `a"\n${'x'.repeat(100)}`, flaw: 'private' },
      `warn: A key of https://login.test/ is not used (private): "a\\"\\n${'x'.repeat(61)}"`,
    ],
    [
      { type: 'keys.ignored', issuer, kid: undefined, flaw: 'rsa_size' },
      'warn: A key of https://login.test/ is not used (rsa_size): it has no key id',
    ],
    [
      {
        type: 'keys.snapshot_failed',
        issuer,
        operation: 'read',
        cause: new SyntaxError('Unexpected "secret"'),
      },
      'warn: keySets.snapshots cannot read the keys of https://login.test/: SyntaxError',
    ],
    [
      {
        type: 'keys.snapshot_failed',
        issuer,
        operation: 'write',
        cause: Object.assign(new Error('open /x'), { code: 'EACCES' }),
      },
      'warn: keySets.snapshots cannot write the keys of https://login.test/: EACCES',
    ],
  ])('logs what happens to keys: %j', (event, line) => {
    expect(logged(event)).toEqual([line]);
  });

  it('logs that tokens cannot be shared, and nothing that the store says of it', () => {
    const cause = Object.assign(new Error('SET service-token:x'), { code: 'ECONNREFUSED' });
    const event = { type: 'token.store_failed', service: 'billing', cause } as const;
    expect(logged({ ...event, operation: 'write' })).toEqual([
      'warn: serviceTokenStore cannot write the token for billing: ECONNREFUSED',
    ]);
  });
});
