import { RunningSample } from './running-sample.js';

describe.each([
  ['start', [401, 200, 200, 403, 200, 403, 200, 200], '"organizationId":"acme","roles":["member"]'],
  ['start:policies', [200, 200, 403, 200, 404, 403, 200], '"title":"Dreams"'],
])('npm run %s', (script, statuses, shown) => {
  let sample: RunningSample;

  beforeAll(async () => {
    sample = await RunningSample.start(script, statuses.length);
  }, 120_000);

  afterAll(() => {
    sample.stop();
  });

  it('prints commands for every kind of answer', () => {
    expect(sample.printed.map(({ expected }) => expected)).toEqual(statuses);
  });

  it('prints commands that give what is said, when they are pasted', async () => {
    let all = '';
    for (const { expected, command } of sample.printed) {
      const pasted = await sample.paste(command);
      all += pasted;
      expect([command, Number(/^HTTP\/1\.1 (\d{3})/.exec(pasted)?.[1])]).toEqual([
        command,
        expected,
      ]);
      if (expected === 401) expect(pasted).toMatch(/^WWW-Authenticate: Bearer realm="api"\r$/m);
    }
    expect(all).toContain(shown);
  });
});
