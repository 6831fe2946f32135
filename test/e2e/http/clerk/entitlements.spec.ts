import { reverificationError } from '@clerk/backend/internal';
import type { AuthEvent, AuthModuleOptions } from '../../../../lib/index.js';
import { ADAPTERS, get, start, type Answer, type RunningApplication } from '../application.js';
import { ClerkInstance } from './clerk-instance.js';
import { EntitlementsApi, first } from './entitlements-api.js';

const instance = new ClerkInstance();

describe.each(ADAPTERS)('what has() of Clerk asks for, on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let api: RunningApplication;

  async function open(more: Partial<AuthModuleOptions> = {}): Promise<void> {
    api = await start(adapter, {
      controllers: [EntitlementsApi],
      auth: {
        issuers: [instance.provider()],
        onEvent: (event) => void events.push(event),
        ...more,
      },
    });
  }
  beforeAll(() => open());
  afterAll(() => api.close());

  const ask = (path: string, claims: Record<string, unknown>): Promise<Answer> =>
    get(`${api.url}/${path}`, instance.session(claims));
  const statusOf = async (path: string, claims: Record<string, unknown>): Promise<number> =>
    (await ask(path, claims)).status;

  it('C53: a feature, of the organization, of the user, or of either', async () => {
    const rows: readonly [unknown, number, number, number][] = [
      ['o:exports', 200, 200, 403],
      ['u:exports', 200, 403, 200],
      ['ou:exports', 200, 200, 200],
      ['o:other,uo:exports', 200, 200, 200],
      ['o:exports2,x:exports', 403, 403, 403],
      ['exports', 403, 403, 403],
      ['o:exports,broken', 403, 403, 403],
      ['', 403, 403, 403],
      [undefined, 403, 403, 403],
      [['o:exports'], 403, 403, 403],
    ];
    for (const [fea, ...expected] of rows) {
      const paths = ['feature', 'feature-of-organization', 'feature-of-user'];
      const statuses = await Promise.all(paths.map((path) => statusOf(path, { fea })));
      expect([fea, ...statuses]).toEqual([fea, ...expected]);
    }
  });

  it('C53: a plan', async () => {
    expect(await statusOf('plan', { pla: 'u:gold' })).toBe(200);
    expect(await statusOf('plan', { pla: 'u:silver', fea: 'u:gold' })).toBe(403);
    expect(await statusOf('hidden', { pla: 'u:gold' })).toBe(200);
    expect(await statusOf('hidden', {})).toBe(404);
  });

  it('C53: reverification, and the answer that Clerk’s frontend asks again by', async () => {
    const { status, body } = await ask('strict', { fva: [20, 20] });
    expect(status).toBe(403);
    expect(body).toEqual({
      ...{ statusCode: 403, error: 'Forbidden', message: 'Access is denied', code: 'forbidden' },
      clerk_error: {
        type: 'forbidden',
        reason: 'reverification-error',
        metadata: { reverification: 'strict' },
      },
    });
    expect(body).toMatchObject(reverificationError('strict'));
    expect((await ask('first', {})).body).toMatchObject(reverificationError(first));
    expect(events.at(-1)).toMatchObject({ type: 'auth.denied', reason: 'reverification_required' });
  });

  it('C53: it is in the body whatever its shape is', async () => {
    await api.close();
    await open({ errors: { body: ({ code }) => ({ reason: code }) } });
    const { body } = await ask('strict', {});
    expect(body).toEqual({ reason: 'forbidden', ...reverificationError('strict') });
    expect((await ask('plan', {})).body).toEqual({ reason: 'forbidden' });
  });

  it('C53: how long ago which factor was verified', async () => {
    const rows: readonly [unknown, string][] = [
      [[0, 0], 'strict strict_mfa moderate lax first'],
      [[0, -1], 'strict strict_mfa moderate lax first'],
      [[-1, 0], 'strict moderate lax'],
      [[-1, -1], ''],
      [[9, 9], 'strict strict_mfa moderate lax'],
      [[10, 10], 'moderate lax'],
      [[0, 10], 'moderate lax first'],
      [[10, 0], 'strict moderate lax'],
      [[60, 60], 'lax'],
      [[1440, 1440], ''],
      [undefined, ''],
      [[0], ''],
      [[0, 0, 0], ''],
      [['0', '0'], ''],
      [[-2, -2], ''],
      [null, ''],
    ];
    for (const [fva, expected] of rows) {
      const met: string[] = [];
      for (const path of ['strict', 'strict_mfa', 'moderate', 'lax', 'first']) {
        if ((await statusOf(path, { fva })) === 200) met.push(path);
      }
      expect([fva, met.join(' ')]).toEqual([fva, expected]);
    }
  });

  it('C53: all that is asked for must be met', async () => {
    const o = { id: 'org_1', rol: 'admin', per: 'read', fpm: '1' };
    const whole = { o, fea: 'o:exports', pla: 'o:gold', fva: [1, 1] };
    expect(await statusOf('all', whole)).toBe(200);
    const without = [
      { o: { ...o, rol: 'member' } },
      { o: { ...o, fpm: '0' } },
      { pla: 'o:silver' },
      { fva: [11, 11] },
    ];
    for (const each of without) expect(await statusOf('all', { ...whole, ...each })).toBe(403);
  });

  it('a machine is refused, and not asked to verify who it is', async () => {
    const token = instance.m2m({ fva: [0, 0], sid: 'sess_1' });
    const { status, body } = await get(`${api.url}/first`, token);
    expect(status).toBe(403);
    expect(body).not.toHaveProperty('clerk_error');
  });
});
