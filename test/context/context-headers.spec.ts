import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { contextHeadersOf, type ContextHeaderOptions } from '../../lib/context/context-headers.js';
import { authoritySet } from '../../lib/core/authority-set.js';
import type { UserPrincipal } from '../../lib/core/principal.js';
import { ContextHeaders } from '../../lib/index.js';
import { ANN } from '../core/ann.js';

const headersOf = (
  principal: Partial<UserPrincipal>,
  { userAgent, ...options }: ContextHeaderOptions & { userAgent?: string } = {},
): Readonly<Record<string, string>> =>
  contextHeadersOf(
    {
      principal: { ...ANN, ...principal },
      requestId: 'request-1',
      beganAt: 0,
      clientIp: undefined,
      userAgent,
      constants: {},
      now: 1_000_000,
    },
    options,
  );

const NASTY = [
  'ann\r\nUser-Role: admin',
  'ann\0',
  ' ann ',
  'ann%0D',
  'Ä',
  '\ud800',
  '😀',
  '\u007f',
];

describe('the values of context headers', () => {
  it('K7: omits what is not known', () => {
    expect(headersOf({})).toEqual({
      'User-ID': 'ann',
      'Auth-Status': 'authenticated',
      'Token-Type': 'access',
      'Request-ID': 'request-1',
      'Request-Timestamp': '1970-01-01T00:00:00.000Z',
    });
  });

  it.each(NASTY)('K7: %j can stand in a header, and is nobody else', (subject) => {
    const id = headersOf({ subject })['User-ID'] ?? '';
    expect(id).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeURIComponent(id)).toBe(Buffer.from(subject).toString());
    expect(NASTY.filter((each) => headersOf({ subject: each })['User-ID'] === id)).toEqual([
      subject,
    ]);
  });

  it('K7: a name that is too long is left out, and not cut into another one', () => {
    expect(headersOf({ subject: 'a'.repeat(1024) })['User-ID']).toHaveLength(1024);
    expect(headersOf({ subject: 'a'.repeat(1025) })).not.toHaveProperty('User-ID');
    expect(headersOf({ subject: 'ä'.repeat(200) })).not.toHaveProperty('User-ID');
  });

  it('K7: a list holds whole names, and a comma in one makes no two of it', () => {
    const roles = authoritySet(['editor,admin', 'Ä']);
    expect(headersOf({ roles })['User-Role']).toBe('editor%2Cadmin,%C3%84');
    const many = authoritySet(Array.from({ length: 2000 }, (_, index) => `read:${String(index)}`));
    const told = headersOf({ permissions: many })['Permissions'] ?? '';
    expect(told.length).toBeLessThanOrEqual(4096);
    expect(told.split(',').every((name) => many.has(name))).toBe(true);
  });

  it('K6: of a browser, the first 100 characters that can be printed', () => {
    const userAgent = `Mozilla\r\n\t/5.0 ${'ä'.repeat(200)}`;
    const told = headersOf({}, { userAgent })['User-Agent'] ?? '';
    expect(decodeURIComponent(told)).toBe(`Mozilla/5.0 ${'ä'.repeat(88)}`);
  });

  it('K22: cuts a reason where it is too long, and never within an escape', () => {
    const actor = { subject: 'support 7', reason: `x${'ä'.repeat(1000)}` };
    const headers = headersOf({ actor });
    expect(headers['Acting-User-ID']).toBe('support%207');
    expect(headers['Impersonation-Reason']).toMatch(/^x(?:%C3%A4|%C3)+$/);
    expect(headersOf({ actor: { ...actor, reason: '100%' } })['Impersonation-Reason']).toBe('100%');
  });

  it.each([
    [1000 + 300, { 'Token-Expires-In': '300' }],
    [1000 + 299, { 'Token-Expires-In': '299', 'Token-Refresh-Required': 'true' }],
    [1000, { 'Token-Expires-In': '0', 'Token-Refresh-Required': 'true', 'Token-Expired': 'true' }],
    [Infinity, {}],
  ])('K23: a token until %s at 1000', (expiresAt, hints) => {
    const plain = headersOf({ expiresAt });
    expect(headersOf({ expiresAt }, { expiry: true })).toEqual({ ...plain, ...hints });
  });

  it('tells an address of mail where that is asked for, and not one that is in doubt', () => {
    const claims = { email: 'ann@example.com' };
    expect(headersOf({ claims })).not.toHaveProperty('User-Email');
    expect(headersOf({ claims }, { email: true })['User-Email']).toBe('ann@example.com');
    for (const email_verified of [true, 'true']) {
      const verified = { ...claims, email_verified };
      expect(headersOf({ claims: verified }, { email: true })['User-Email']).toBeDefined();
    }
    for (const email_verified of [false, 'false', 'TRUE', 1, 0, '', null, [true]]) {
      const doubtful = { ...claims, email_verified };
      expect(headersOf({ claims: doubtful }, { email: true })).not.toHaveProperty('User-Email');
    }
    expect(headersOf({ claims: { email: 7 } }, { email: true })).not.toHaveProperty('User-Email');
  });

  it('K7: whatever the values, they can be sent', async () => {
    const server = createServer((request, response) => {
      response.end(JSON.stringify(request.headers));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const octets = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)).join('');
    for (const value of [...NASTY, octets]) {
      const principal = {
        ...{ subject: value, organizationId: value, claims: { token_type: value, email: value } },
        ...{ roles: authoritySet([value]), actor: { subject: value, reason: value } },
      };
      const headers = headersOf(principal, { email: true, userAgent: value });
      const response = await fetch(`http://127.0.0.1:${String(port)}/`, { headers });
      const received = (await response.json()) as Record<string, string>;
      expect(received['organization-id']).toBe(headers['Organization-ID']);
    }
    server.close();
  });
});

describe('@ContextHeaders', () => {
  const declared = (headers: object) => (): unknown => {
    class Api {
      handler(): void {
        return;
      }
    }
    ContextHeaders(headers as Record<string, string>)(Api);
    return Api;
  };

  it.each([
    ['User-ID', 'root'],
    ['user_id', 'root'],
    ['AUTH-STATUS', 'authenticated'],
    ['Authorization', 'Bearer x'],
    ['X-Request-ID', 'request-1'],
    ['Content-Type', 'text/plain'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['Bad Name', 'x'],
    ['Bad:Name', 'x'],
    ['', 'x'],
    ['Admin-Action', 'a\r\nUser-ID: root'],
    ['Admin-Action', 'ä'],
    ['Admin-Action', ' x'],
    ['Admin-Action', ''],
    ['Admin-Action', true],
    ['Admin-Action', 'x'.repeat(257)],
  ])('K14: refuses %s: %j', (name, value) => {
    expect(declared({ [name]: value })).toThrow(/@ContextHeaders on Api .* Give names of your own/);
  });

  it('K14: refuses nothing at all, and takes what can be sent', () => {
    expect(declared({})).toThrow(/adds nothing/);
    expect(declared({ 'Feature-Tier': 'premium', Priority: 'high' })).not.toThrow();
  });
});
