import fc from 'fast-check';
import { AuthConfigurationError } from '../../lib/index.js';
import { APPLICATIONS, combinations, type Combination } from './combinations.js';
import { Coverage, OUTCOMES, type Outcome } from './coverage.js';
import { declaredClasses, type Controller } from './declared-classes.js';
import { GuardedApplication } from './guarded-application.js';
import { boots, expectedVerdicts, isContradictory } from './model.js';

/** How many combinations of declarations and requests are tried; more with `MODEL_RUNS=200000`. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 10_000);
const SEED = 20_260_802;
const TIMEOUT_MS = 900_000;
/** No outcome may be so rare that it is hardly tried: the least share of all outcomes. */
const LEAST_SHARE = 0.02;
/** A policy that fails is asked last, and rarely the only one. */
const LEAST_SHARE_OF_FAILURES = 0.001;
/** Nor may it be beside any feature: the least number of times in a thousand combinations. */
const LEAST_IN_THOUSAND = 0.2;

/** @returns Whether it was not refused. */
function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch (failure) {
    if (failure instanceof AuthConfigurationError) return false;
    throw failure;
  }
}

describe('What is declared', () => {
  const applications = APPLICATIONS.map((settings) => ({
    settings,
    /** Knows every handler from the boot on. */
    booted: new GuardedApplication(settings),
    /** Finds out about a handler when it is first called. */
    lazy: new GuardedApplication(settings),
  }));
  const coverage = new Coverage();

  /** @returns `undefined` where the decorators refuse what is written. */
  function declared(combination: Combination): readonly Controller[] | undefined {
    const { classes } = combination;
    let controllers: readonly Controller[] = [];
    const isAccepted = succeeds(() => (controllers = declaredClasses(classes)));
    if (isContradictory(classes) === isAccepted) {
      throw new Error(`The decorators ${isAccepted ? 'accept' : 'refuse'} it`);
    }
    if (isAccepted) return controllers;
    coverage.count(combination, classes.length, 'contradiction');
    return undefined;
  }

  /** Each class is a controller itself: nothing that a subclass declares may reach its base class. */
  async function assertVerdict(
    controller: Controller,
    combination: Combination,
    length: number,
  ): Promise<void> {
    const { application, request } = combination;
    const { settings, booted, lazy } = applications[application] ?? fail();
    const classes = combination.classes.slice(0, length);
    for (const each of [booted, lazy]) each.identify(controller);
    const isBooted = succeeds(() => {
      booted.compile(controller);
    });
    if (boots(classes) !== isBooted) {
      throw new Error(`Class ${length}: it ${isBooted ? 'boots' : 'does not boot'}`);
    }
    if (!isBooted) {
      coverage.count(combination, length, 'no boot');
      return;
    }
    const expected = expectedVerdicts(classes, request, settings);
    const atBoot = await booted.verdict(controller, request);
    const later = await lazy.verdict(controller, request);
    // A matcher of Jest costs more than the guards do.
    if (atBoot !== later || !expected.includes(atBoot)) {
      throw new Error(
        `Class ${length}: ${expected.join(' or ')} expected, ${atBoot} booted, ${later} lazily`,
      );
    }
    coverage.count(combination, length, atBoot);
  }

  it(
    `is what the guards enforce, in ${RUNS} combinations`,
    async () => {
      await fc.assert(
        fc.asyncProperty(combinations, async (combination) => {
          for (const [index, controller] of (declared(combination) ?? []).entries()) {
            await assertVerdict(controller, combination, index + 1);
          }
        }),
        { seed: SEED, numRuns: RUNS },
      );
      if (process.env['MODEL_COVERAGE']) process.stdout.write(`${coverage.toTable()}\n`);
      const rare = OUTCOMES.filter((outcome) => coverage.shareOf(outcome) < leastShareOf(outcome));
      expect(rare).toEqual([]);
      expect(coverage.rarerThan((RUNS / 1000) * LEAST_IN_THOUSAND)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

function leastShareOf(outcome: Outcome): number {
  return outcome === 500 ? LEAST_SHARE_OF_FAILURES : LEAST_SHARE;
}

function fail(): never {
  throw new Error('There is no such application');
}
