// A process that serves one contender's application, and answers the bench's questions.
import { makeClocksAdjustable } from './adjustable-clock.mjs';

const { contender, adapter, issuer, adjustableClock } = JSON.parse(process.argv[2]);

// Whatever becomes of the bench, nothing of it is left running.
process.on('disconnect', () => process.exit());

// Not in those processes whose speed is measured: an adjustable clock is a slower one.
const setAhead = adjustableClock ? makeClocksAdjustable() : undefined;

const ANSWERS = {
  cpuMicroseconds: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  memoryBytes: () => process.memoryUsage.rss(),
  setAhead: (milliseconds) => setAhead(milliseconds),
};

process.on('message', ({ question, argument }) => {
  process.send({ answer: ANSWERS[question](argument) ?? null });
});

const { createApplication } = await import('./application.mjs');
const application = await createApplication(contender, adapter, issuer);
await application.listen(0, '127.0.0.1');
process.send({ port: application.getHttpServer().address().port });
