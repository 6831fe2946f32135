import { Controller, Get } from '@nestjs/common';
import {
  Authenticated,
  Claims,
  CurrentUser,
  OptionalAuth,
  OrgId,
  Public,
  Roles,
  type AuthEvent,
  type Principal,
} from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

const facts = (user: Principal): object => ({
  kind: user.kind,
  subject: user.subject,
  status: user.kind === 'anonymous' ? user.status : 'authenticated',
  roles: [...user.roles],
});

@OptionalAuth({ onInvalid: 'anonymous' })
@Controller('lenient')
class Lenient {
  @Get()
  read(@CurrentUser() user: Principal): object {
    return facts(user);
  }

  @Get('closed')
  @Roles('admin')
  closed(): object {
    return { reached: true };
  }

  @Get('authenticated')
  @Authenticated()
  authenticated(): object {
    return { reached: true };
  }

  @Get('organization')
  organization(@OrgId() organization: string): object {
    return { organization };
  }

  @Get('subject')
  subject(@CurrentUser('subject', { required: true }) subject: string): object {
    return { subject };
  }

  @Get('claims')
  claims(@Claims() claims: object): object {
    return { claims };
  }
}

@Roles('admin')
@Controller('strict')
class Strict {
  @Get()
  @OptionalAuth()
  read(@CurrentUser() user: Principal): object {
    return facts(user);
  }
}

@Controller('inherited')
class Inherited extends Lenient {}

describe.each(ADAPTERS)('optional authentication on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;
  const events: AuthEvent[] = [];

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await start(adapter, {
      controllers: [Lenient, Strict, Inherited],
      auth: {
        issuers: [issuer.options()],
        clock: issuer.clock,
        onEvent: (event) => void events.push(event),
      },
    });
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  const now = (): number => Math.floor(issuer.clock() / 1000);
  const anonymous = (status: string): object => ({
    status: 200,
    body: { kind: 'anonymous', subject: 'anonymous', status, roles: [] },
  });

  it('K5 gives who is authenticated', async () => {
    const token = await issuer.token({ sub: 'ann', roles: ['admin'] });
    const expected = { kind: 'user', subject: 'ann', status: 'authenticated', roles: ['admin'] };
    for (const path of ['lenient', 'strict']) {
      expect(await get(`${api.url}/${path}`, token)).toMatchObject({ status: 200, body: expected });
    }
  });

  it('K1 K2 A6 lets in who brings nothing', async () => {
    for (const path of ['lenient', 'strict']) {
      expect(await get(`${api.url}/${path}`)).toMatchObject(anonymous('no-token'));
      const other = { authorization: 'Basic YTpi' };
      expect(await get(`${api.url}/${path}`, undefined, other)).toMatchObject(
        anonymous('no-token'),
      );
    }
    expect(events.at(-1)).toMatchObject({
      type: 'auth.anonymous',
      handler: 'Strict.read',
      reason: 'unsupported_scheme',
    });
  });

  it('K3 K4 A6 says what was wrong, where a bad credential counts as none, and else refuses it', async () => {
    const bad: readonly [string, string][] = [
      ['token-expired', await issuer.token({ exp: now() - 60 })],
      ['token-not-active', await issuer.token({ nbf: now() + 600 })],
      ['invalid-token', await issuer.token({ aud: 'api://other' })],
      ['malformed-token', 'nonsense'],
    ];
    for (const [status, token] of bad) {
      expect(await get(`${api.url}/lenient`, token)).toMatchObject(anonymous(status));
      expect(await get(`${api.url}/strict`, token)).toMatchObject({ status: 401 });
    }
    for (const authorization of ['Bearer a b', 'Bearer']) {
      const malformed = { authorization };
      expect(await get(`${api.url}/lenient`, undefined, malformed)).toMatchObject(
        anonymous('malformed-token'),
      );
      expect((await get(`${api.url}/strict`, undefined, malformed)).status).toBe(400);
    }
  });

  it('opens nothing that is closed beside it, and nothing in a subclass', async () => {
    for (const path of ['lenient/closed', 'lenient/authenticated', 'inherited']) {
      expect((await get(`${api.url}/${path}`)).status).toBe(401);
      expect((await get(`${api.url}/${path}`, 'nonsense')).status).toBe(401);
    }
    expect((await get(`${api.url}/lenient/authenticated`, await issuer.token())).status).toBe(200);
  });

  it('gives nobody no value that is required', async () => {
    for (const path of ['organization', 'subject']) {
      expect((await get(`${api.url}/lenient/${path}`)).status).toBe(401);
    }
    expect((await get(`${api.url}/lenient/claims`)).body).toEqual({ claims: {} });
  });

  it('is 503 while nobody can tell whether a credential is good', async () => {
    const other = await TestIssuer.start({ algorithms: ['ES256'] });
    other.pause();
    const cold = await start(adapter, {
      controllers: [Lenient],
      auth: { issuers: [other.options()] },
    });
    expect((await get(`${cold.url}/lenient`, await other.token())).status).toBe(503);
    expect((await get(`${cold.url}/lenient`)).status).toBe(200);
    await cold.close();
    await other.close();
  });

  it('refuses to be declared beside what contradicts it', () => {
    const declared = (...decorators: ClassDecorator[]): unknown => {
      class Target {}
      for (const decorator of decorators) decorator(Target);
      return Target;
    };
    expect(() => declared(OptionalAuth(), Roles('a'))).toThrow(
      /@OptionalAuth on Target contradicts/,
    );
    expect(() => declared(Authenticated(), OptionalAuth())).toThrow(/contradicts the requirement/);
    expect(() => declared(Public(), OptionalAuth())).toThrow(/contradicts @Public beside it/);
    expect(() => declared(OptionalAuth(), OptionalAuth({ onInvalid: 'anonymous' }))).toThrow(
      /contradicts @OptionalAuth/,
    );
    expect(() => declared(OptionalAuth({ onInvalid: 'ignore' as never }))).toThrow(/options that/);
    expect(() => declared(OptionalAuth({ onInvalidd: 'reject' } as object))).toThrow(
      /options that/,
    );
  });
});
