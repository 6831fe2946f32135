import { createHash, createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { AuthConfigurationError } from '../../../lib/core/auth-configuration-error.js';
import { concealPepper, digestApiKey } from '../../../lib/verification/api-key/digest-api-key.js';
import { generateApiKey, parseApiKey } from '../../../lib/verification/api-key/generate-api-key.js';

const PEPPER = 'a pepper of thirty-two bytes, or more';

describe('generateApiKey', () => {
  it('makes keys of one form, each of them another', () => {
    const made = Array.from({ length: 100 }, () => generateApiKey({ prefix: 'acme_live' }));
    for (const { key, id } of made) {
      expect(key).toMatch(/^acme_live_[0-9a-f]{16}_[0-9a-f]{72}$/);
      expect(key.split('_')[2]).toBe(id);
      expect(parseApiKey(key, 'acme_live')).toEqual({ id });
    }
    expect(new Set(made.map(({ id }) => id)).size).toBe(100);
    expect(new Set(made.map(({ key }) => key.slice(-72, -8))).size).toBe(100);
  });

  it('keeps SHA-256 of the whole key, or HMAC-SHA-256', () => {
    const plain = generateApiKey({ prefix: 'a' });
    expect(plain.hash).toBe(createHash('sha256').update(plain.key).digest('hex'));
    const peppered = generateApiKey({ prefix: 'a', pepper: PEPPER });
    const expected = createHmac('sha256', PEPPER).update(peppered.key).digest('hex');
    expect(peppered.hash).toBe(expected);
    expect(digestApiKey(peppered.key, Buffer.from(PEPPER))).toBe(expected);
    expect(digestApiKey(peppered.key, concealPepper(PEPPER))).toBe(expected);
  });

  it.each<unknown>([
    '',
    'Acme',
    '1acme',
    'acme_',
    '_acme',
    'acme__live',
    'acme-live',
    'acme\n',
    'ä',
    'a'.repeat(33),
    undefined,
    null,
    7,
  ])('refuses the prefix %p', (prefix) => {
    const make = (): unknown => generateApiKey({ prefix: prefix as string });
    expect(make).toThrow(AuthConfigurationError);
    expect(make).toThrow(/^prefix is nothing that keys can begin with\. Use .*"acme_live"\.$/);
  });

  it.each<unknown>(['', 'too short', 'x'.repeat(31), new Uint8Array(31), 32, null, {}])(
    'refuses the pepper %p without saying it',
    (pepper) => {
      const make = (): unknown => generateApiKey({ prefix: 'a', pepper: pepper as string });
      expect(make).toThrow(AuthConfigurationError);
      expect(make).toThrow(/^pepper is no secret of at least 32 bytes\. Make one .* set\.$/);
    },
  );

  it('keeps a copy of the pepper, out of sight', () => {
    const bytes = Buffer.from(PEPPER);
    const concealed = concealPepper(bytes);
    bytes.fill(0);
    expect(digestApiKey('key', concealed)).toBe(digestApiKey('key', PEPPER));
    expect(inspect({ concealed }) + JSON.stringify({ concealed })).not.toMatch(/pepper of|112/);
  });
});

describe('parseApiKey', () => {
  const { key } = generateApiKey({ prefix: 'acme' });

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'acme_'],
    ['another letter case', key.toUpperCase()],
    ['a prefix in another letter case', key.replace('acme', 'ACME')],
    ['another prefix of the same length', key.replace('acme', 'acne')],
    ['a space before', ` ${key}`],
    ['a space after', `${key} `],
    ['a line feed after', `${key}\n`],
    ['a character too few', key.slice(0, -1)],
    ['a character too many', `${key}0`],
    ['no checksum', key.slice(0, -8)],
    ['two of them', `${key}, ${key}`],
    ['a thousand characters', 'acme_' + 'a'.repeat(995)],
    ['fifteen thousand characters', key.padEnd(15_000, '0')],
    ['a letter that is no digit', key.replace(/.$/, 'g')],
    ['letters beyond ASCII', key.replace(/.$/, '١')],
  ])('refuses %s', (_, text) => {
    expect(parseApiKey(text, 'acme')).toBeUndefined();
  });

  it('refuses a key of a longer prefix that begins alike', () => {
    expect(parseApiKey(generateApiKey({ prefix: 'acme_live' }).key, 'acme')).toBeUndefined();
    expect(parseApiKey(key, 'acme_live')).toBeUndefined();
  });

  it('finds every mistyped character, and every pair that was swapped', () => {
    for (let index = 5; index < key.length; index += 1) {
      if (key[index] === '_') continue;
      const typo = key[index] === '0' ? '1' : '0';
      expect(
        parseApiKey(key.slice(0, index) + typo + key.slice(index + 1), 'acme'),
      ).toBeUndefined();
      const swapped =
        key.slice(0, index) +
        key
          .slice(index, index + 2)
          .split('')
          .reverse()
          .join('') +
        key.slice(index + 2);
      if (swapped !== key) expect(parseApiKey(swapped, 'acme')).toBeUndefined();
    }
  });

  it('reads nothing from any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(parseApiKey(text, 'acme')).toBeUndefined();
        expect(parseApiKey(`acme_${text}`, 'acme')).toBeUndefined();
      }),
    );
  });
});
