import { jest } from '@jest/globals';
import type { Principal } from '../../lib/core/principal.js';
import { MemoryKeyValueStore, RevocationList } from '../../lib/index.js';
import { endCallsOfRevoked } from '../../lib/module/revoked-calls.js';
import { LastingCalls, type LastingCall } from '../../lib/transports/lasting-calls.js';

const ISSUER = 'https://issuer.example/';
const MANY = 1000;

describe('a revocation', () => {
  let list: RevocationList;
  let calls: LastingCalls;
  let ended: unknown[];
  let stop: () => void;

  beforeEach(() => {
    ended = [];
    list = new RevocationList({ store: new MemoryKeyValueStore() });
    calls = new LastingCalls(({ principal }) => ended.push(principal?.claims));
    stop = endCallsOfRevoked(calls, list);
  });

  afterEach(() => {
    stop();
    jest.restoreAllMocks();
  });

  function begin(claims: Record<string, unknown>, kind = 'user', issuer = ISSUER): void {
    const times = { iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 60 };
    const principal = { kind, issuer, claims, expiresAt: times.exp } as unknown as Principal;
    const unknown = { route: undefined, requestId: undefined };
    const call: LastingCall = {
      ...{ transport: 'ws', handler: 'Chat.connect', ...unknown, principal },
      close: () => undefined,
    };
    calls.add(call);
  }

  /** What comes of it comes later. */
  const settled = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

  it.each<[string, Record<string, unknown>, (list: RevocationList, name: string) => Promise<void>]>(
    [
      ['sid', {}, (of, sessionId) => of.revokeSession({ issuer: ISSUER, sessionId })],
      ['jti', {}, (of, tokenId) => of.revokeToken({ issuer: ISSUER, tokenId })],
      ['sub', { client_id: 'web' }, (of, subject) => of.revokeSubject({ issuer: ISSUER, subject })],
      ['client_id', {}, (of, subject) => of.revokeSubject({ issuer: ISSUER, subject })],
    ],
  )(
    'ends what goes on by the %s that it names, and nothing else',
    async (claim, beside, revoke) => {
      const names = ['plain', 'two\nlines', 'x'.repeat(300), '\\u{a}'];
      for (const name of names) {
        begin({ ...beside, [claim]: name });
        begin({ ...beside, [claim]: `${name}.` });
        begin({ ...beside, [claim]: name }, 'anonymous');
        begin({ ...beside, [claim]: name }, 'user', 'https://other.example/');
        begin({ ...beside, other: name });
        begin({ ...beside, [claim]: [name] });
      }
      for (const name of names) await revoke(list, name);
      await settled();
      expect(ended).toEqual(names.map((name) => ({ ...beside, [claim]: name })));
    },
  );

  it('ends who was on the way for an hour when it was told', async () => {
    await list.revokeSession({ issuer: ISSUER, sessionId: 'slow' });
    const told = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(told + 3_600_000);
    // By when what looks at the time does so again.
    await new Promise((resolve) => setTimeout(resolve, 20));
    begin({ sub: 'ann', sid: 'slow' });
    begin({ sub: 'ann', sid: 'other' });
    await settled();
    expect(ended).toEqual([{ sub: 'ann', sid: 'slow' }]);
  });

  it('of a subject lets in who is authenticated anew', async () => {
    const issuedBefore = Date.now() / 1000 - 10;
    await list.revokeSubject({ issuer: ISSUER, subject: 'ann', issuedBefore });
    begin({ sub: 'ann', iat: Math.floor(Date.now() / 1000) });
    begin({ sub: 'ann', iat: Math.floor(issuedBefore) - 1 });
    await settled();
    expect(ended).toEqual([{ sub: 'ann', iat: Math.floor(issuedBefore) - 1 }]);
  });

  it('of a subject ends nothing that goes on for another subject, by a client of that name', async () => {
    begin({ sub: 'ann', client_id: 'web' });
    await list.revokeSubject({ issuer: ISSUER, subject: 'web' });
    await settled();
    expect(ended).toEqual([]);
  });

  it(`does next to nothing for ${String(MANY)} whom it does not concern`, async () => {
    for (let index = 0; index < MANY; index += 1) begin({ sub: 'ann', sid: `s-${String(index)}` });
    const [asked, written] = [jest.spyOn(list, 'isRevoked'), jest.spyOn(JSON, 'stringify')];
    await list.revokeSession({ issuer: ISSUER, sessionId: 's-7' });
    await settled();
    expect(ended).toEqual([{ sub: 'ann', sid: 's-7' }]);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(written.mock.calls.length).toBeLessThan(20);
  });
});
