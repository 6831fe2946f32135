import { interleave } from '../../../interleaving/interleaving.js';
import { ADAPTERS } from '../application.js';

const REQUESTS = 400;

// `npm run interleaving` does the same with many more.
describe.each(ADAPTERS)('requests at the same time, on %s', (adapter) => {
  it("T4, T5: none ever sees another's principal, its client gone or not", async () => {
    const report = await interleave({ adapter, requests: REQUESTS, users: 40, atOnce: 64 });
    expect(report.mistakes).toEqual([]);
    expect(report.answered + report.aborted).toBe(REQUESTS);
    expect(report.aborted).toBeGreaterThan(0);
    expect(report.afterAbort).toBeGreaterThan(0);
    for (const place of ['guard', 'transform', 'after a pool', 'filter', 'chunk of a body']) {
      expect(report.places).toHaveProperty([place], expect.any(Number));
    }
  });
});
