import { DynamicIssuers, type AuthEvent, type DynamicIssuerOptions } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';
import { OrdersApi } from './orders-api.js';

describe.each(ADAPTERS)('the organizations of issuers that are looked up, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;
  let events: AuthEvent[];

  beforeEach(async () => {
    events = [];
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  });

  afterEach(async () => {
    await api?.close();
    await issuer.close();
  });

  async function startWith(dynamicIssuers: DynamicIssuerOptions): Promise<void> {
    const onEvent = (event: AuthEvent): void => void events.push(event);
    api = await start(adapter, { controllers: [OrdersApi], auth: { dynamicIssuers, onEvent } });
  }

  it('F29: are the issuers of the organization that is looked up with them, or say that claims name it', async () => {
    let organizationId: string | null | undefined = 'globex';
    await startWith({
      // As written by hand, member by member.
      resolve: () => ({
        ...issuer.options(),
        ...(organizationId !== undefined && { organizationId }),
      }),
      internalHosts: ['127.0.0.1'],
    });
    const answerTo = async (token: string): Promise<unknown> => {
      const { status: code, body } = await get(`${api?.url ?? ''}/profile`, token);
      return code === 200 ? body['organizationId'] : code;
    };
    const [none, acme] = [await issuer.token(), await issuer.token({ org_id: 'acme' })];
    expect([await answerTo(none), await answerTo(acme)]).toEqual(['globex', 403]);
    expect(events.at(-1)).toMatchObject({ reason: 'organization_mismatch' });
    organizationId = null;
    api?.app.get(DynamicIssuers).forget();
    expect([await answerTo(none), await answerTo(acme)]).toEqual([undefined, 'acme']);
    organizationId = undefined;
    api?.app.get(DynamicIssuers).forget();
    expect([await answerTo(none), await answerTo(acme)]).toEqual([503, 503]);
    expect(events.at(-1)).toMatchObject({
      reason: 'lookup_failed',
      cause: {
        option: 'What dynamicIssuers.resolve answers.organizationId',
        message: expect.stringMatching(
          /organizationId: tenant\.id; or organizationId: null/,
        ) as string,
      },
    });
  });
});
