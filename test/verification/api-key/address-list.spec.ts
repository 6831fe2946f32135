import {
  isAddressEntry,
  isAllowedAddress,
} from '../../../lib/verification/api-key/address-list.js';

describe('isAllowedAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.7', '203.0.113.7/24'],
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.7', '0.0.0.0/0'],
    ['2001:db8::1', '2001:db8::/32'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8:0::1/128'],
    ['::1', '::/0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.0/24'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['0000:0000:0000:0000:0000:FFFF:CB00:7107', '203.0.113.7'],
    ['203.0.113.7', '::ffff:203.0.113.7'],
    ['203.0.113.7', '::ffff:cb00:7107'],
    ['203.0.113.7', '::ffff:203.0.113.0/120'],
    ['203.0.113.7', '::ffff:0:0/96'],
    ['::ffff:cb00:7107', '::ffff:203.0.113.7'],
  ])('allows %p by %p', (address, entry) => {
    expect(isAllowedAddress(address, [entry])).toBe(true);
    expect(isAllowedAddress(address, ['198.51.100.1', 'no address', entry])).toBe(true);
  });

  it.each([
    ['203.0.113.8', '203.0.113.7'],
    ['203.0.114.7', '203.0.113.0/24'],
    ['2001:db9::1', '2001:db8::/32'],
    ['::ffff:203.0.113.8', '203.0.113.7'],
    ['::203.0.113.7', '203.0.113.7'],
    ['203.0.113.7', '::/0'],
    ['2001:db8::1', '0.0.0.0/0'],
    ['203.0.113.7', '::ffff:0:0/95'],
  ])('does not allow %p by %p', (address, entry) => {
    expect(isAllowedAddress(address, [entry])).toBe(false);
  });

  it.each([
    undefined,
    '',
    'unknown',
    'localhost',
    '203.0.113.7:443',
    '203.0.113.7/32',
    ' 203.0.113.7',
    '203.0.113.7, 198.51.100.1',
    '203.0.113.007',
    '0313.0.0161.7',
    '3405803783',
    '[::1]',
    'fe80::1%eth0',
    '::1%0',
  ])('does not allow the address %p, whatever is allowed', (address) => {
    expect(isAllowedAddress(address, ['0.0.0.0/0', '::/0'])).toBe(false);
  });

  it.each<unknown>([
    '',
    '*',
    '203.0.113.*',
    '203.0.113.0/',
    '203.0.113.0/33',
    '203.0.113.0/-1',
    '203.0.113.0/024',
    '203.0.113.0/24/24',
    '203.0.113.0/24.0',
    '203.0.113.0/ 24',
    '203.0.113.0/255.255.255.0',
    '203.0.113.0-203.0.113.255',
    '203.0.113.7\n',
    '::ffff:203.0.113.0/129',
    'fe80::/10%eth0',
    undefined,
    null,
    7,
  ])('allows nothing by the entry %p', (entry) => {
    expect(isAllowedAddress('203.0.113.7', [entry as string])).toBe(false);
    expect(isAddressEntry(entry)).toBe(false);
  });

  it('allows nothing by an empty list', () => {
    expect(isAllowedAddress('203.0.113.7', [])).toBe(false);
  });
});
