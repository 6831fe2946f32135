import { steady } from '../../lib/core/clock.js';

describe('steady', () => {
  it('tells what passed, and never less than before', () => {
    let now = 5000;
    const clock = steady(() => now);
    const passed = [100, 200, -3600, 50, NaN, 60, Infinity, 10].map((step) => {
      now = Number.isFinite(step) ? (Number.isFinite(now) ? now : 1000) + step : step;
      return clock();
    });
    expect(passed.slice(0, 5)).toEqual([100, 300, 300, 350, 350]);
    for (let index = 1; index < passed.length; index += 1) {
      expect(passed[index]).toBeGreaterThanOrEqual(passed[index - 1] ?? 0);
    }
  });

  it('begins when its clock begins to tell the time', () => {
    let now = NaN;
    const clock = steady(() => now);
    expect(clock()).toBe(0);
    now = 1000;
    expect(clock()).toBe(0);
    now = 1500;
    expect(clock()).toBe(500);
  });
});
