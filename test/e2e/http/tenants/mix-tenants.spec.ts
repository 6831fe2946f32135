import {
  Body,
  Controller,
  Get,
  Injectable,
  Post,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AuthModule, OrgId } from '../../../../lib/index.js';
import {
  mixTenants,
  overrideAuth,
  TestIssuer,
  type TenantMix,
  type TestCaller,
  type TestPrincipal,
} from '../../../../lib/testing/index.js';
import { ADAPTERS, get, moduleOf, start, type RunningApplication } from '../application.js';

interface Row {
  readonly tenant: string;
  readonly text: string;
}

@Injectable()
class Table {
  rows: Row[] = [];
}

@Controller('notes')
class GoodApi {
  constructor(protected readonly table: Table) {}

  @Post()
  create(@OrgId() tenant: string, @Body() { text }: { readonly text: string }): object {
    this.table.rows.push({ tenant, text });
    return {};
  }

  @Get()
  async list(@OrgId() tenant: string): Promise<readonly Row[]> {
    await Promise.resolve();
    return this.table.rows.filter((row) => row.tenant === tenant);
  }
}

/** A query that was forgotten. */
@Controller('notes')
class UnfilteredApi extends GoodApi {
  @Get()
  override list(): Promise<readonly Row[]> {
    return Promise.resolve(this.table.rows);
  }
}

/** The tenant of a request in a field of a singleton: a leak only while requests overlap. */
@Controller('notes')
class OverlappingApi extends GoodApi {
  #tenant = '';

  @Get()
  override async list(@OrgId() tenant: string): Promise<readonly Row[]> {
    this.#tenant = tenant;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return this.table.rows.filter((row) => row.tenant === this.#tenant);
  }
}

describe.each(ADAPTERS)('mixTenants with real requests, on %s', (adapter) => {
  const issuers: TestIssuer[] = [];
  let api: RunningApplication;

  async function mixed(controller: Type<GoodApi>, concurrency: number): Promise<object> {
    api = await start(adapter, {
      controllers: [controller],
      providers: [Table],
      auth: {
        issuers: issuers.map((issuer) => ({
          ...issuer.options(),
          claims: { organizationId: 'org_id' },
        })),
      },
    });
    const table = api.app.get(Table);
    const tokens = await Promise.all(
      issuers.map((issuer, index) => issuer.token({ org_id: `tenant-${index}` })),
    );
    const ask = (token: string, text?: string): Promise<Response> =>
      fetch(`${api.url}/notes`, {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(text !== undefined && { method: 'POST', body: JSON.stringify({ text }) }),
      });
    return mixTenants({
      tenants: { first: tokens[0] ?? '', second: tokens[1] ?? '' },
      operations: {
        create: ({ as, mark }) => ask(as, mark()),
        list: ({ as }) => ask(as),
      },
      reset: () => {
        table.rows = [];
      },
      runs: 10,
      concurrency,
    });
  }

  beforeAll(async () => {
    for (let count = 0; count < 2; count += 1) {
      issuers.push(await TestIssuer.start({ algorithms: ['ES256'] }));
    }
  });

  afterEach(() => api.close());

  afterAll(() => Promise.all(issuers.map((issuer) => issuer.close())));

  it('F31: passes what is correct', async () => {
    expect(await mixed(GoodApi, 6)).toMatchObject({ runs: 10 });
  });

  it('F31: finds a query without its tenant', async () => {
    await expect(mixed(UnfilteredApi, 1)).rejects.toThrow('The smallest sequence found, 2 of 20');
  });

  it('F31: finds what only overlapping requests share', async () => {
    await expect(mixed(OverlappingApi, 6)).rejects.toThrow(/, at the same time/);
  });
});

describe('mixTenants with overrideAuth', () => {
  let app: INestApplication;
  let caller: TestCaller;
  let url: string;

  async function application(controller: Type<GoodApi>): Promise<TenantMix<TestPrincipal>> {
    const auth = AuthModule.forRoot({
      issuers: [{ issuer: 'https://login.test/', audience: 'x' }],
      tenant: { from: { header: 'x-tenant-id' } },
    });
    const root = moduleOf({ imports: [auth], controllers: [controller], providers: [Table] });
    const builder = Test.createTestingModule({ imports: [root] });
    caller = overrideAuth(builder);
    app = (await builder.compile()).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    const table = app.get(Table);
    const post = (text: string): Promise<Response> =>
      fetch(`${url}/notes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      });
    return {
      tenants: { acme: { organizationId: 'acme' }, globex: { organizationId: 'globex' } },
      actAs: (as) => {
        caller.actAs(as);
      },
      operations: {
        create: ({ mark }) => post(mark()),
        list: () => fetch(`${url}/notes`),
      },
      reset: () => {
        table.rows = [];
      },
      runs: 10,
    };
  }

  afterEach(() => app.close());

  it('F31: acts as each tenant, and finds a query without its tenant', async () => {
    await expect(mixTenants(await application(UnfilteredApi))).rejects.toThrow(
      /The answer to list as \w+ holds data of \w+/,
    );
  });

  it('F31: acts as each tenant, and passes what is correct', async () => {
    expect(await mixTenants(await application(GoodApi))).toMatchObject({ runs: 10 });
  });

  it('measures the tenant that a request addresses, as without overrideAuth', async () => {
    await application(GoodApi);
    caller.actAs({ organizationId: 'acme' });
    const askTenant = async (tenant: string): Promise<number> =>
      (await get(`${url}/notes`, undefined, { 'x-tenant-id': tenant })).status;
    expect(await askTenant('acme')).toBe(200);
    expect(await askTenant('globex')).toBe(403);
  });
});
