import { Service } from '../../lib/outbound/service.js';

const ORIGIN = 'https://billing.test';

describe('the addresses of a service', () => {
  const service = new Service(
    {
      name: 'billing',
      baseUrl: new URL(`${ORIGIN}/tenants/a`),
      messages: false,
      tokens: undefined,
    },
    { clock: Date.now },
    { onObtained: () => undefined, onFailing: () => undefined, onStoreFailed: () => undefined },
  );

  it.each([
    '/..%2fb/steal',
    '/..%2Fb',
    '/..%5cb/steal',
    '/%2e%2e%2fb/steal',
    '/%252e%252e/b',
    '/%252e%252e%252fb',
    '/%25252e%25252e%25252fb',
    '/..;/b/steal',
    '/..;x=1/b',
    '/..%3b/b',
    '/..%00/b',
    '/..%20/b',
    '/..%09%2fb',
    '/..%3f/b',
    '/..%23/b',
    '/.%2fx',
    '/x/..%2f..%2fb',
    '/%c0%ae%c0%ae/b',
    '/..%c0%afb',
    `/%${'25'.repeat(50)}41`,
  ])('what some servers read as a way upwards is none of them: %s', (path) => {
    expect(() => service.address(path)).toThrow(/leads out of services\.billing/);
    expect(() => {
      service.assertOwn(`${ORIGIN}/tenants/a${path}`);
    }).toThrow(/not one of services\.billing/);
  });

  it.each([
    ['/invoices/7?next=..%2f..%2fb', '/invoices/7?next=..%2f..%2fb'],
    ['/projects/group%2Fproject/files/a%2Eb', '/projects/group%2Fproject/files/a%2Eb'],
    ['/x..y/...;/.well-known/..b', '/x..y/...;/.well-known/..b'],
    ['/100%25/caf%C3%A9/%zz', '/100%25/caf%C3%A9/%zz'],
    ['/x/../y', '/y'],
  ])('what leads nowhere is one of them: %s', (path, expected) => {
    expect(service.address(path).href).toBe(`${ORIGIN}/tenants/a${expected}`);
  });

  it('takes no time to look at', () => {
    const path = `/${'%25'.repeat(100_000)}`;
    const startedAt = performance.now();
    expect(() => service.address(`${path}/..%2f`)).toThrow(RangeError);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
