import { apiKey, AuthReport } from '../../../../lib/index.js';
import { ADAPTERS, start } from '../application.js';
import { NotesApi, TenantsApi } from './tenants-api.js';

describe.each(ADAPTERS)('the report of tenants, on %s', (adapter) => {
  it('the report tells which handlers are of a tenant that their path names', async () => {
    const api = await start(adapter, {
      controllers: [TenantsApi, NotesApi],
      auth: {
        issuers: [{ issuer: 'https://login.test', audience: 'x', secret: 's'.repeat(32) }],
        credentials: [apiKey({ resolve: () => null })],
        tenant: { from: { param: 'orgId' } },
      },
    });
    const policies = api.app.get(AuthReport).routes();
    const [addressed, other] = ['/:orgId', ''].map((part) =>
      policies.filter(({ path }) =>
        part === '' ? !path.includes('/:orgId') : path.includes(part),
      ),
    );
    expect(addressed?.length).toBeGreaterThan(0);
    for (const { policy, declaredOn } of addressed ?? []) {
      if (policy === 'public') continue;
      expect([policy, declaredOn]).toEqual([
        expect.stringMatching(/; of tenant :orgId$/),
        expect.arrayContaining(['tenant']),
      ]);
    }
    expect(other?.some(({ policy }) => policy.includes('of tenant'))).toBe(false);
    await api.close();
  });
});
