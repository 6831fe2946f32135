import fc from 'fast-check';
import { contextHeadersOf } from '../../lib/context/context-headers.js';
import { forwardedContextOf, type ForwardedContext } from '../../lib/context/forwarded-context.js';
import { TakenHeaders } from '../../lib/context/taken-headers.js';
import { authoritySet } from '../../lib/core/authority-set.js';
import { ANN } from '../core/ann.js';
import type { UserPrincipal } from '../../lib/core/principal.js';

const NOTHING: ForwardedContext = {
  userId: undefined,
  email: undefined,
  roles: [],
  permissions: [],
  organizationId: undefined,
  status: undefined,
  tokenType: undefined,
  expiresAt: undefined,
  requestId: undefined,
  requestedAt: undefined,
  clientIp: undefined,
  actingUserId: undefined,
  impersonationReason: undefined,
  constants: {},
};

function read(...headers: readonly (readonly [string, string])[]): ForwardedContext {
  const taken = new TakenHeaders();
  for (const [name, value] of headers) taken.add(name, value);
  return forwardedContextOf(taken);
}

const headersOf = (principal: Partial<UserPrincipal>): [string, string][] =>
  Object.entries(
    contextHeadersOf(
      {
        principal: { ...ANN, ...principal },
        requestId: 'request-1',
        beganAt: 0,
        clientIp: '::1',
        userAgent: undefined,
        constants: {},
        now: 1_000_000,
      },
      { email: true, expiry: true },
    ),
  );

describe('forwardedContextOf', () => {
  it('K8: is the contrary of context headers', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const names = fc.uniqueArray(name, { maxLength: 5 });
    const subject = name.filter((each) => each !== 'anonymous');
    fc.assert(
      fc.property(subject, name, names, names, (userId, other, roles, permissions) => {
        const headers = headersOf({
          ...{ subject: userId, organizationId: other, expiresAt: 2000.5 },
          ...{ roles: authoritySet(roles), permissions: authoritySet(permissions) },
          ...{ claims: { email: other }, actor: { subject: other, reason: '100% sure' } },
        });
        expect(read(...headers)).toEqual({
          ...{ userId, organizationId: other, email: other, roles, permissions },
          ...{ actingUserId: other, impersonationReason: '100% sure' },
          ...{ status: 'authenticated', tokenType: 'access', expiresAt: 2000, clientIp: '::1' },
          constants: {},
          ...{ requestId: 'request-1', requestedAt: '1970-01-01T00:00:00.000Z' },
        });
      }),
    );
  });

  it.each([
    ['control characters', 'User-ID', 'ann\n'],
    ['white space', 'User-ID', 'ann, root'],
    ['octets beyond ASCII', 'User-ID', 'Ã¤nn'],
    ['a broken escape', 'User-ID', 'ann%'],
    ['an escape of no character', 'User-ID', '%ff'],
    ['nothing', 'User-ID', ''],
    ['more than there is room for', 'User-ID', 'a'.repeat(1025)],
    ['another spelling', 'User_ID', 'ann'],
    ['nobody', 'User-ID', 'anonymous'],
    ['nobody in escapes', 'User-ID', '%61nonymous'],
    ['an unknown status', 'Auth-Status', 'root'],
    ['a time that is none', 'Token-Expires', '1e9'],
    ['a moment that is none', 'Request-Timestamp', 'yesterday'],
    ['an address that is none', 'Client-IP', '1.2.3.4, 5.6.7.8'],
    ['an id that is none', 'Request-ID', 'a b c d e f'],
    ['roles of nobody', 'User-Role', 'admin'],
    ['permissions of nobody', 'Permissions', 'all'],
    ['an error', 'Auth-Error', 'none'],
  ])('%s: %s is missing', (_, name, value) => {
    expect(read([name, value])).toEqual(NOTHING);
  });

  it.each([
    ['a broken name among others', 'admin,%'],
    ['a list with white space', 'admin, editor'],
    ['an empty name', 'admin,,editor'],
    ['more than there is room for', `${'a'.repeat(1000)},`.repeat(5)],
  ])('%s: no role of the list is believed', (_, value) => {
    expect(read(['User-ID', 'ann'], ['User-Role', value])).toEqual({ ...NOTHING, userId: 'ann' });
  });

  it('what is said twice is missing, in whatever spelling', () => {
    for (const again of ['User-ID', 'user-id', 'USER_ID', 'user_id']) {
      expect(read(['User-ID', 'ann'], [again, 'ann'])).toEqual(NOTHING);
      expect(read([again, 'root'], ['User-ID', 'ann'])).toEqual(NOTHING);
    }
  });

  it('cannot be changed', () => {
    const { roles, ...rest } = read(['User-ID', 'ann'], ['User-Role', 'editor']);
    expect([rest.userId, roles]).toEqual(['ann', ['editor']]);
    expect(Object.isFrozen(roles)).toBe(true);
  });
});
