import type { AuthModuleOptions, IssuerOptions } from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';
import { ClerkInstance } from './clerk-instance.js';
import { EntitlementsApi } from './entitlements-api.js';

const PATHS = ['feature', 'feature-of-user', 'plan', 'strict', 'strict_mfa', 'first'];

const ENTITLED = { fea: 'uo:exports', pla: 'uo:gold', fva: [0, 0] };

const instance = new ClerkInstance();

describe.each(ADAPTERS)('other issuers beside Clerk, on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication | undefined;

  beforeEach(async () => {
    issuer = await TestIssuer.start();
  });
  afterEach(async () => {
    await api?.close();
    await issuer.close();
  });

  async function statuses(token: string, auth: AuthModuleOptions): Promise<number[]> {
    api = await start(adapter, { controllers: [EntitlementsApi], auth });
    const { url } = api;
    const answers = await Promise.all(PATHS.map((path) => get(`${url}/${path}`, token)));
    return answers.map(({ status }) => status);
  }

  const forged = (): Promise<string> =>
    issuer.token({ sub: 'user_ann', sid: 'sess_1', ...ENTITLED });

  it('C53: one of the list grants nothing that only Clerk may grant', async () => {
    const issuers = [instance.provider(), issuer.options()];
    expect(await statuses(await forged(), { issuers })).toEqual(PATHS.map(() => 403));
  });

  it('C53: nor does one that is looked up, whatever name it gives itself', async () => {
    const answer = { ...issuer.options({ organizationId: 'globex' }) };
    const dynamicIssuers = {
      resolve: (name: string): { name: string; issuers: IssuerOptions[] } | null =>
        name === issuer.issuer ? { name: 'clerk', issuers: [answer] } : null,
      internalHosts: ['127.0.0.1'],
    };
    const auth = { issuers: [instance.provider()], dynamicIssuers };
    expect(await statuses(await forged(), auth)).toEqual(PATHS.map(() => 403));
  });

  it('C53: a session of Clerk does, beside them, in a tenant and with a user', async () => {
    const auth = {
      issuers: [instance.provider(), issuer.options()],
      principal: { load: () => ({ name: 'Ann' }) },
      tenant: { from: 'claim' as const, validate: () => true },
    };
    const token = instance.session({ ...ENTITLED, o: { id: 'org_1' } });
    expect(await statuses(token, auth)).toEqual(PATHS.map(() => 200));
  });
});
