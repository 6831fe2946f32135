import fc from 'fast-check';
import { AuthConfigurationError } from '../../lib/index.js';
import { combinations, type Combination } from './combinations.js';
import { declaredClasses, type Controller } from './declared-classes.js';
import { GuardedApplication } from './guarded-application.js';
import { expectedVerdict, isContradictory, type Verdict, type WrittenClasses } from './model.js';

/** How many combinations of declarations and callers are tried; more with `MODEL_RUNS=200000`. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 20_000);
const SEED = 20_260_802;
const TIMEOUT_MS = 180_000;
/** No outcome may be so rare that it is hardly tried: the least share of all outcomes. */
const LEAST_SHARE = 0.05;

type Outcome = Verdict | 'contradiction';

/** @returns `undefined` where the decorators refuse what is written. */
function declared(classes: WrittenClasses): readonly Controller[] | undefined {
  try {
    return declaredClasses(classes);
  } catch (failure) {
    if (failure instanceof AuthConfigurationError) return undefined;
    throw failure;
  }
}

describe('What is declared', () => {
  /** Knows every handler from the boot on. */
  const booted = new GuardedApplication();
  /** Finds out about a handler when it is first called. */
  const lazy = new GuardedApplication();
  const outcomes = new Map<Outcome, number>();

  function count(outcome: Outcome): void {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  /** Each class is a controller itself: nothing that a subclass declares may reach its base class. */
  function assertVerdicts(controllers: readonly Controller[], combination: Combination): void {
    const { classes, caller } = combination;
    for (const [index, controller] of controllers.entries()) {
      const expected = expectedVerdict(classes.slice(0, index + 1), caller);
      const found = [booted, lazy].map((application) => application.verdict(controller, caller));
      // A matcher of Jest costs more than the guards do.
      if (found.some((verdict) => verdict !== expected)) {
        const [atBoot, later] = found;
        throw new Error(`Class ${index}: ${expected} expected, ${atBoot} booted, ${later} lazily`);
      }
      count(expected);
    }
  }

  it(
    `is what the guards enforce, in ${RUNS} combinations`,
    () => {
      fc.assert(
        fc.property(combinations, (combination) => {
          const controllers = declared(combination.classes);
          if (isContradictory(combination.classes) !== (controllers === undefined)) {
            throw new Error(`The decorators ${controllers ? 'accept' : 'refuse'} it`);
          }
          if (!controllers) {
            count('contradiction');
            return;
          }
          for (const application of [booted, lazy]) application.identify(controllers);
          booted.compile(controllers);
          assertVerdicts(controllers, combination);
        }),
        { seed: SEED, numRuns: RUNS },
      );
      const counts = [...outcomes.values()];
      const all = counts.reduce((sum, each) => sum + each, 0);
      expect([...outcomes.keys()].map(String).sort()).toEqual([
        '401',
        '403',
        'allowed',
        'contradiction',
        'open',
      ]);
      expect(Math.min(...counts) / all).toBeGreaterThan(LEAST_SHARE);
    },
    TIMEOUT_MS,
  );
});
