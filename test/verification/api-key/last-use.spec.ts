import { setImmediate, setTimeout } from 'node:timers/promises';
import { LastUse } from '../../../lib/verification/api-key/last-use.js';

describe('LastUse', () => {
  let now: number;
  let written: [string, number][];
  const clock = (): number => now;
  const write = (id: string, usedAt: Date): void => void written.push([id, usedAt.getTime()]);

  beforeEach(() => {
    now = 1_000_000;
    written = [];
  });

  it('writes after the request went on, once a minute for each key', async () => {
    const subject = new LastUse({ write, clock });
    subject.note('a');
    expect(written).toEqual([]);
    now += 59_999;
    subject.note('a');
    subject.note('b');
    now += 1;
    subject.note('a');
    await setImmediate();
    expect(written).toEqual([
      ['a', 1_000_000],
      ['b', 1_059_999],
      ['a', 1_060_000],
    ]);
  });

  it('takes another interval', async () => {
    const subject = new LastUse({ write, clock, intervalMs: 0 });
    subject.note('a');
    subject.note('a');
    await setImmediate();
    expect(written).toHaveLength(2);
  });

  it('goes on when the clock is set back', async () => {
    const subject = new LastUse({ write, clock });
    subject.note('a');
    now -= 500_000;
    subject.note('a');
    now += 60_000;
    subject.note('a');
    await setImmediate();
    expect(written).toEqual([
      ['a', 1_000_000],
      ['a', 560_000],
    ]);
  });

  it('remembers 10,000 keys, and no more', async () => {
    const subject = new LastUse({ write, clock });
    for (let index = 0; index <= 10_000; index += 1) subject.note(String(index));
    subject.note('10000');
    subject.note('0');
    await setImmediate();
    expect(written).toHaveLength(10_002);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('tells of a failure and of nothing else, when the store %s', async (_, fails) => {
    const failures: unknown[] = [];
    const onFailure = (failure: unknown): void => {
      failures.push(failure);
      throw new Error('and that fails, too');
    };
    const subject = new LastUse({ write: fails, clock, onFailure });
    subject.note('a');
    subject.note('a');
    new LastUse({ write: fails, clock }).note('a');
    await setTimeout(10);
    expect(failures).toEqual([new Error('down')]);
  });
});
