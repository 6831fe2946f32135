import {
  All,
  Controller,
  Delete,
  Get,
  Head,
  Options,
  Patch,
  Post,
  UseGuards,
} from '@nestjs/common';
import {
  anyOf,
  AuthGuard,
  Authorize,
  AuthReport,
  CurrentPrincipal,
  DenyImpersonation,
  hasRole,
  notImpersonated,
  OptionalAuth,
  Public,
  Roles,
  type AuthEvent,
  type Impersonation,
  type Principal,
  type IssuerOptions,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

@Controller('account')
class AccountApi {
  @Get()
  read(@CurrentPrincipal() { subject, actor }: Principal): object {
    return { subject, actor: actor ?? null };
  }

  @Head('head')
  head(): void {
    // Nothing is answered.
  }

  @Options()
  options(): object {
    return {};
  }

  @Post()
  change(): object {
    return {};
  }

  @Patch()
  patch(): object {
    return {};
  }

  @Delete()
  remove(): object {
    return {};
  }

  @DenyImpersonation()
  @Get('secrets')
  secrets(): object {
    return {};
  }

  @Authorize(anyOf(notImpersonated(), hasRole('support')))
  @Get('history')
  history(): object {
    return {};
  }

  @OptionalAuth()
  @Get('open')
  open(): object {
    return {};
  }

  @Public()
  @Post('public')
  public(): object {
    return {};
  }

  @All('all')
  all(): object {
    return {};
  }
}

@DenyImpersonation()
@Controller('payments')
class PaymentsApi {
  @Get()
  list(): object {
    return {};
  }

  @Roles('payer')
  @Post()
  pay(): object {
    return {};
  }
}

@UseGuards(AuthGuard)
@Controller('authenticated')
class AuthenticatedApi {
  @Get()
  read(): object {
    return {};
  }
}

/** What closes is inherited. */
@Controller('refunds')
class RefundsApi extends PaymentsApi {}

describe.each(ADAPTERS)('impersonation, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  let own: string;
  let acting: string;

  async function guarded(
    impersonation?: Impersonation,
    ofIssuer: Partial<IssuerOptions> = {},
  ): Promise<RunningApplication> {
    api = await start(adapter, {
      controllers: [AccountApi, PaymentsApi, RefundsApi],
      auth: {
        issuers: [issuer.options(ofIssuer)],
        onEvent: (event) => void events.push(event),
        ...(impersonation && { impersonation }),
      },
    });
    return api;
  }

  async function status(method: string, path: string, token?: string): Promise<number> {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    return (await fetch(`${api?.url ?? ''}/${path}`, { method, headers })).status;
  }

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    own = await issuer.token({ sub: 'ann', roles: ['payer'] });
    acting = await issuer.token({ sub: 'ann', act: { sub: 'support-1' }, roles: ['payer'] });
  });

  beforeEach(() => {
    events.length = 0;
  });

  afterEach(async () => {
    await api?.close();
    api = undefined;
  });

  afterAll(() => issuer.close());

  it('C40: who acts as the user is known from act.sub, to handlers and to the audit', async () => {
    const { url } = await guarded();
    expect((await get(`${url}/account`, acting)).body).toEqual({
      subject: 'ann',
      actor: { subject: 'support-1', claims: { sub: 'support-1' } },
    });
    expect((await get(`${url}/account`, own)).body).toEqual({ subject: 'ann', actor: null });
    const told = events.flatMap((event) =>
      event.type === 'auth.authenticated' ? [event.principal.actor?.subject] : [],
    );
    expect(told).toEqual(['support-1', undefined]);
  });

  it('K22: a refusal tells the acting user to the audit', async () => {
    await guarded();
    expect(await status('GET', 'payments', acting)).toBe(403);
    expect(events.at(-1)).toMatchObject({
      type: 'auth.denied',
      reason: 'impersonation_denied',
      detail: 'not impersonated',
      principal: { subject: 'ann', actor: { subject: 'support-1' } },
    });
  });

  it('T14: @DenyImpersonation closes handlers and classes to whoever acts as somebody', async () => {
    const { url } = await guarded();
    for (const path of ['account/secrets', 'payments', 'refunds']) {
      expect(await status('GET', path, own)).toBe(200);
      const { status: refused, body, challenge } = await get(`${url}/${path}`, acting);
      expect([refused, body['code'], challenge]).toEqual([403, 'forbidden', null]);
    }
    // What a handler requires beside it does not take it away.
    expect(await status('POST', 'payments', own)).toBe(201);
    expect(await status('POST', 'payments', acting)).toBe(403);
    expect(await status('GET', 'account/secrets')).toBe(401);
  });

  it.each<readonly [unknown]>([
    [{}],
    [{ sub: 7 }],
    [{ sub: '' }],
    [{ sub: null }],
    [{ client_id: 'agent' }],
    [[{ sub: 'support-1' }]],
    [true],
    [{ act: { sub: 'deeper' } }],
  ])('whoever acts without a name is refused: act is %j', async (act) => {
    await guarded();
    const token = await issuer.token({ sub: 'ann', act });
    expect(await status('GET', 'account', token)).toBe(401);
    expect(events.at(-1)).toMatchObject({ reason: 'claim_type', detail: 'who acts' });
  });

  it('where nobody is said to impersonate, a service that acts for the user does not either', async () => {
    await guarded('deny', { claims: { actor: [] } });
    expect(await status('GET', 'account/secrets', acting)).toBe(200);
  });

  it('nobody acts where act is null', async () => {
    await guarded('deny');
    expect(await status('GET', 'account/secrets', await issuer.token({ act: null }))).toBe(200);
  });

  it('combines with other rules', async () => {
    await guarded();
    const support = await issuer.token({ sub: 'ann', act: { sub: 's' }, roles: ['support'] });
    expect(await status('GET', 'account/history', own)).toBe(200);
    expect(await status('GET', 'account/history', acting)).toBe(403);
    expect(await status('GET', 'account/history', support)).toBe(200);
  });

  it('read-only lets pass what changes nothing', async () => {
    await guarded('read-only');
    expect(await status('GET', 'account', acting)).toBe(200);
    expect(await status('HEAD', 'account/head', acting)).toBe(200);
    expect(await status('OPTIONS', 'account', acting)).toBe(200);
    expect(await status('GET', 'account/all', acting)).toBe(200);
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      expect(await status(method, 'account', acting)).toBe(403);
      expect(events.at(-1)).toMatchObject({
        reason: 'impersonation_denied',
        detail: 'impersonation: read-only',
        principal: { actor: { subject: 'support-1' } },
      });
      expect(await status(method, 'account', own)).toBeLessThan(300);
    }
    expect(await status('PUT', 'account/all', acting)).toBe(403);
    // A handler is closed further, and never opened.
    expect(await status('GET', 'account/secrets', acting)).toBe(403);
    expect(await status('POST', 'account/public', acting)).toBe(201);
  });

  it('deny lets nobody act', async () => {
    await guarded('deny');
    expect(await status('GET', 'account', acting)).toBe(403);
    expect(await status('GET', 'account/open', acting)).toBe(403);
    expect(await status('GET', 'account/open')).toBe(200);
    expect(await status('GET', 'account', own)).toBe(200);
    expect(await status('POST', 'account/public', acting)).toBe(201);
    expect(events.filter(({ type }) => type === 'auth.authenticated')).toHaveLength(1);
  });

  it('holds where AuthGuard alone is there, too', async () => {
    api = await start(adapter, {
      controllers: [AuthenticatedApi],
      auth: { issuers: [issuer.options()], global: false, impersonation: 'deny' },
    });
    expect(await status('GET', 'authenticated', own)).toBe(200);
    expect(await status('GET', 'authenticated', acting)).toBe(403);
  });

  it('the report shows it', async () => {
    const reported = async (impersonation?: Impersonation): Promise<Map<string, string>> => {
      const { app } = await guarded(impersonation);
      const routes = app.get(AuthReport).routes();
      await api?.close();
      return new Map(
        routes.map(({ method = '', path, policy, declaredOn }) => [
          `${method} ${path}`,
          `${policy} | ${declaredOn.join()}`,
        ]),
      );
    };
    const allowed = await reported();
    expect(allowed.get('GET /account/secrets')).toBe('not impersonated | AccountApi.secrets');
    expect(allowed.get('POST /payments')).toBe(
      'role payer; not impersonated | PaymentsApi.pay,PaymentsApi',
    );
    expect(allowed.get('GET /account')).toBe('any authenticated caller | ');
    const reading = await reported('read-only');
    expect(reading.get('GET /account')).toBe('any authenticated caller | ');
    expect(reading.get('POST /account')).toBe(
      'any authenticated caller; not impersonated | impersonation',
    );
    expect(reading.get('ALL /account/all')).toBe(
      'any authenticated caller; only GET, HEAD, OPTIONS while impersonated | impersonation',
    );
    expect(reading.get('POST /account/public')).toBe('public | AccountApi.public');
    const denying = await reported('deny');
    expect(denying.get('GET /account')).toBe(
      'any authenticated caller; not impersonated | impersonation',
    );
  });
});
