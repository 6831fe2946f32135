import { Controller, Get } from '@nestjs/common';
import {
  basic,
  CurrentPrincipal,
  MemoryKeyValueStore,
  RevocationList,
  type AuthEvent,
  type AuthModuleOptions,
  type Principal,
  type Revocation,
} from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../application.js';

@Controller()
class Api {
  @Get()
  me(@CurrentPrincipal() { subject }: Principal): object {
    return { subject };
  }
}

describe.each(ADAPTERS)('revocation on %s', (adapter) => {
  const events: AuthEvent[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;
  let list: RevocationList;

  async function guarded(
    revocation: AuthModuleOptions['revocation'],
    more: Partial<AuthModuleOptions> = {},
  ): Promise<void> {
    api = await start(adapter, {
      controllers: [Api],
      auth: {
        issuers: [issuer.options()],
        ...(revocation && { revocation }),
        clock: issuer.clock,
        onEvent: (event) => void events.push(event),
        ...more,
      },
    });
  }

  beforeEach(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const { clock } = issuer;
    list = new RevocationList({ store: new MemoryKeyValueStore({ clock }), clock });
  });

  afterEach(async () => {
    await api.close();
    await issuer.close();
  });

  const status = async (token: string): Promise<number> => (await get(api.url, token)).status;
  const reason = (): string | undefined => {
    const event = events.findLast(({ type }) => type.startsWith('auth.'));
    return event && 'reason' in event ? event.reason : event?.type;
  };

  it('a token, though it is remembered', async () => {
    await guarded(list);
    const [token, other] = [await issuer.token({ jti: 't1' }), await issuer.token({ jti: 't2' })];
    expect([await status(token), await status(token), await status(other)]).toEqual([
      200, 200, 200,
    ]);
    await list.revokeToken({ issuer: issuer.issuer, tokenId: 't1' });
    expect([await status(token), await status(other)]).toEqual([401, 200]);
    expect(await status(token)).toBe(401);
    expect(reason()).toBe('token_revoked');
  });

  it('a token that outlives the list is told apart from one that was revoked', async () => {
    const { clock } = issuer;
    const store = new MemoryKeyValueStore({ clock });
    await guarded(new RevocationList({ store, clock, longestTokenSeconds: 60 }));
    const iat = Math.floor(clock() / 1000);
    expect(await status(await issuer.token({ iat, exp: iat + 3600 }))).toBe(401);
    expect(events.at(-1)).toMatchObject({
      reason: 'token_revoked',
      detail: 'it lives longer than longestTokenSeconds',
    });
  });

  it('every token of a session', async () => {
    await guarded(list);
    const [token, other] = [await issuer.token({ sid: 's1' }), await issuer.token({ sid: 's2' })];
    await list.revokeSession({ issuer: issuer.issuer, sessionId: 's1' });
    expect([await status(token), await status(other)]).toEqual([401, 200]);
  });

  it('what a subject was given before', async () => {
    await guarded(list);
    const token = await issuer.token({ sub: 'ann' });
    const other = await issuer.token({ sub: 'bob' });
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'ann' });
    expect([await status(token), await status(other)]).toEqual([401, 200]);
    issuer.advance(2);
    expect(await status(await issuer.token({ sub: 'ann' }))).toBe(200);
  });

  it('what a client was given that is nobody’s subject', async () => {
    await guarded(list);
    const token = await issuer.token({ sub: undefined, client_id: 'batch' });
    expect(await status(token)).toBe(200);
    await list.revokeSubject({ issuer: issuer.issuer, subject: 'batch' });
    expect(await status(token)).toBe(401);
  });

  it('of one issuer is none of another', async () => {
    await guarded(list);
    await list.revokeSubject({ issuer: 'https://other.test/', subject: 'ann' });
    expect(await status(await issuer.token({ sub: 'ann' }))).toBe(200);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('x'))],
    ['answers nothing', () => undefined],
    ['answers what is no boolean', () => 0],
  ])('a store that %s lets nobody in', async (_, isRevoked) => {
    await guarded({ isRevoked } as unknown as Revocation);
    const answer = await get(api.url, await issuer.token());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(reason()).toBe('store_unavailable');
  });

  it('is asked with all that it could be revoked by', async () => {
    const asked: unknown[] = [];
    await guarded({
      isRevoked: (token) => {
        asked.push(token);
        return false;
      },
    });
    await status(await issuer.token({ sub: 'ann', jti: 't', sid: 's', iat: 1, nonce: 'n' }));
    expect(asked).toMatchObject([
      { issuer: issuer.issuer, subject: 'ann', tokenId: 't', sessionId: 's', issuedAt: 1 },
    ]);
  });

  it('a refused user is challenged as they were authenticated', async () => {
    await guarded(undefined, {
      credentials: [basic({ verify: (username) => ({ subject: username }) })],
      principal: { load: () => null },
    });
    const authorization = `Basic ${Buffer.from('ann:x').toString('base64')}`;
    const answer = await get(api.url, undefined, { authorization });
    expect(answer.challenge).toBe('Basic realm="api", charset="UTF-8"');
    expect(answer.body['code']).toBe('account_inactive');
  });
});
