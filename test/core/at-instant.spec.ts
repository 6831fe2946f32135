import { atInstant } from '../../lib/core/at-instant.js';
import type { Clock } from '../../lib/core/clock.js';

/** A clock that is set by hand. */
class SetClock {
  readonly listeners = new Set<() => void>();
  now = 1000;
  readonly clock: Clock = Object.assign(() => this.now, {
    onSet: (listener: () => void) => {
      this.listeners.add(listener);
      return () => {
        this.listeners.delete(listener);
      };
    },
  });

  set(now: number): void {
    this.now = now;
    for (const listener of [...this.listeners]) listener();
  }
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('what is done at an instant of a clock that is set', () => {
  let clock: SetClock;
  let done: number;
  let forget: () => void;

  beforeEach(() => {
    clock = new SetClock();
    done = 0;
    forget = atInstant(60_000, clock.clock, () => {
      done += 1;
    });
  });

  afterEach(() => {
    forget();
  });

  it('is done when it is set beyond it, once', async () => {
    clock.set(59_000);
    await later();
    expect(done).toBe(0);
    clock.set(60_000);
    expect(done).toBe(0);
    await later();
    expect(done).toBe(1);
    expect(clock.listeners.size).toBe(0);
    clock.set(70_000);
    await later();
    expect(done).toBe(1);
  });

  it('waits where it is set back at once', async () => {
    clock.set(60_000);
    clock.set(1000);
    await later();
    expect(done).toBe(0);
  });

  it('is not done when it was forgotten', async () => {
    clock.set(60_000);
    forget();
    expect(clock.listeners.size).toBe(0);
    await later();
    expect(done).toBe(0);
  });
});

it('of what never comes, no clock is to tell', () => {
  const clock = new SetClock();
  atInstant(Infinity, clock.clock, () => undefined)();
  expect(clock.listeners.size).toBe(0);
});
