import { oneLine } from '../../lib/observability/caller-facts.js';

const LONG = 'u'.repeat(256);

describe('oneLine', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ['ACME\\user', 'ACME\\user'],
    ['Zoë 王', 'Zoë 王'],
    [LONG, LONG],
    ['ad\u0007min', 'ad\\u{7}min'],
    ['a\r\nb', 'a\\u{d}\\u{a}b'],
    ['eve\u2028admin\u202Egnol', 'eve\\u{2028}admin\\u{202e}gnol'],
    ['ad\u200Bmin\uFE0F', 'ad\\u{200b}min\\u{fe0f}'],
    ['\uD800', '\\u{d800}'],
    ['\\u{7}', '\\u{5c}u{7}'],
  ])('%j becomes %j', (value, expected) => {
    expect(oneLine(value)).toBe(expected);
  });

  it('two values never look the same, and none is long', () => {
    const cut = oneLine(`${LONG}1`);
    const values = [
      ...['admin', 'ad\u0007min', 'ad\\u{7}min', 'ad\\u{5c}u{7}min', 'admin\u00AD'],
      ...[LONG, `${LONG}1`, `${LONG}2`, '\u0000'.repeat(300), '\u0000'.repeat(301)],
      ...['😀'.repeat(128), '😀'.repeat(129), '😀'.repeat(130), cut, oneLine(cut)],
    ];
    const told = values.map(oneLine);
    expect(new Set(told).size).toBe(values.length);
    for (const each of told) {
      expect(each.length).toBeLessThanOrEqual(256);
      expect(each).not.toMatch(/\p{Cs}/u);
    }
    expect(cut).toMatch(/^u{239}…[\w-]{16}$/);
  });
});
