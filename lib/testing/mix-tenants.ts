import { randomInt } from 'node:crypto';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { ownMembers } from '../core/own-property.js';
import { refuseUnknown } from '../module/options/option-checks.js';
import {
  Play,
  type Fared,
  type Finding,
  type Stage,
  type Step,
  type TenantOperation,
} from './mix/play.js';
import { oneOf, randomFrom, seedOf } from './mix/random.js';
import { shrink, type Found } from './mix/shrink.js';
import { refuseProduction } from './refuse-production.js';

/** Tenants, and what is done as each of them. */
export interface TenantMix<Caller> {
  /** Who acts for each tenant, by the name of the tenant: tokens, or principals. At least two. */
  readonly tenants: Readonly<Record<string, Caller>>;
  /** What is done, by name: `create`, `list`. */
  readonly operations: Readonly<Record<string, TenantOperation<Caller>>>;
  /** Done before each operation, where requests do not say themselves who sends them: `(as) => caller.actAs(as)`. */
  readonly actAs?: (as: Caller) => unknown;
  /**
   * Done before each run: empties what operations write to. Default: nothing, so that what a run wrote is
   * still there in the next one, and is looked for there as well.
   */
  readonly reset?: () => MaybePromise<unknown>;
  /** How many sequences are played. Default: 100. */
  readonly runs?: number;
  /** How many steps a sequence has. Default: 20. */
  readonly steps?: number;
  /** How many steps are under way at the same time. Default, and with `actAs` always: 1. */
  readonly concurrency?: number;
  /** Plays the same sequences again. Default: another one each time. */
  readonly seed?: number;
}

/** What was played without finding anything. */
export interface MixedTenants {
  readonly seed: number;
  readonly runs: number;
  /** In how many answers a tenant found again what it had written in an earlier step. */
  readonly found: number;
}

/**
 * Does things as several tenants in random order, and looks in each answer for what another tenant
 * wrote. Marks tell whose something is: `turn.mark()` is a text that is nowhere else.
 *
 * It refuses to work where `NODE_ENV` is `production`.
 *
 * @throws {Error} When an answer to one tenant holds a mark of another, or an operation throws: with the
 *   seed, and the smallest sequence that was found. When a tenant never found its own marks again, too, for
 *   then nothing was tested of it; an answer with status 401 or 403 is none.
 * @throws {AuthConfigurationError} When there is nothing to mix, and in production.
 */
export async function mixTenants<Caller>(mix: TenantMix<Caller>): Promise<MixedTenants> {
  refuseProduction('mixTenants');
  const { stage, runs, steps, concurrency, seed } = resolve(mix);
  const random = randomFrom(seed);
  const play = new Play(stage);
  const remembered = stage.reset ? undefined : new Map<string, Step>();
  for (let run = 1; run <= runs; run += 1) {
    const sequence = Array.from({ length: steps }, (_, index) => ({
      ...stepOf(stage, seedOf(random)),
      batch: Math.floor(index / concurrency),
    }));
    const finding = await play.of(sequence, remembered);
    if (!finding) continue;
    const found = await smallest({ steps: sequence, finding }, play);
    throw failureOf(found, { seed, run, steps, isReset: stage.reset !== undefined });
  }
  const fared = [...play.tenants];
  const untested = fared.filter(([, { found }]) => found === 0);
  if (untested.length > 0) throw nothingTested(untested);
  return { seed, runs, found: fared.reduce((sum, [, { found }]) => sum + found, 0) };
}

function stepOf<Caller>({ tenants, operations }: Stage<Caller>, seed: number): Omit<Step, 'batch'> {
  const random = randomFrom(seed);
  const tenant = oneOf(random, [...tenants.keys()]) ?? '';
  const operation = oneOf(random, [...operations.keys()]) ?? '';
  return { tenant, operation, seed: seedOf(random) };
}

/**
 * A smaller sequence counts only where the same kind of thing goes wrong, and that by itself: with marks
 * that it wrote, not those of runs before it.
 */
function smallest<Caller>(
  found: Found<Step, Finding>,
  play: Play<Caller>,
): Promise<Found<Step, Finding>> {
  return shrink(found, async (steps) => {
    const finding = await play.of(steps);
    return finding?.kind === found.finding.kind ? finding : undefined;
  });
}

interface Played {
  readonly seed: number;
  readonly run: number;
  readonly steps: number;
  readonly isReset: boolean;
}

function failureOf(found: Found<Step, Finding>, { seed, run, steps, isReset }: Played): Error {
  const { finding } = found;
  const { tenant, operation } = finding.step;
  const what =
    finding.kind === 'leak'
      ? `The answer to ${operation} as ${tenant} holds data of ${finding.of}`
      : `${operation} as ${tenant} failed: ${messageOf(finding.cause)}`;
  const lines = found.steps.map((each, index) => {
    const isTogether = found.steps[index - 1]?.batch === each.batch;
    const aside = isTogether ? ', at the same time' : '';
    const pointer = each === finding.step ? '   <-- here' : '';
    return `  ${String(index + 1)}. ${each.operation} as ${each.tenant}${aside}${pointer}`;
  });
  const message = [
    `${what}.`,
    `The smallest sequence found, ${String(lines.length)} of ${String(steps)} steps:`,
    ...lines,
    ...(isReset ? [] : [NOT_RESET]),
    `It was run ${String(run)}; seed: ${String(seed)} plays the same again.`,
  ];
  return new Error(message.join('\n'), finding.kind === 'failure' ? { cause: finding.cause } : {});
}

const NOT_RESET =
  'Without reset, what earlier runs wrote was still there: the sequence may lean on it, and not be the smallest.';

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function nothingTested(tenants: readonly (readonly [string, Fared])[]): Error {
  const named = tenants.map(([name, { status }]) =>
    status === undefined ? name : `${name} (status of the last answer: ${String(status)})`,
  );
  return new Error(
    `Nothing was tested of ${named.join(', ')}: no answer held what the tenant had written before. Let one operation write turn.mark(), and another one answer what was written, to each of the tenants; where that is so, see that all of them are let in, and give more runs or steps.`,
  );
}

const KNOWN = ['tenants', 'operations', 'actAs', 'reset', 'runs', 'steps', 'concurrency', 'seed'];

interface ResolvedMix<Caller> {
  readonly stage: Stage<Caller>;
  readonly runs: number;
  readonly steps: number;
  readonly concurrency: number;
  readonly seed: number;
}

function resolve<Caller>(mix: TenantMix<Caller>): ResolvedMix<Caller> {
  refuseUnknown('mixTenants()', mix, KNOWN);
  const given = ownMembers(mix);
  const { actAs, reset, seed = randomInt(2 ** 31) } = given;
  const { runs = 100, steps = 20, concurrency = 1 } = given;
  assertCounts({ runs, steps, concurrency });
  const tenants = new Map(Object.entries(given.tenants));
  const operations = new Map(Object.entries(given.operations));
  if (tenants.size < 2) throw mistake('tenants', 'are fewer than two', 'Give at least two.');
  if (operations.size === 0) throw mistake('operations', 'are none', 'Give at least one.');
  if (actAs && concurrency > 1) {
    const cure = 'Leave it out, or let each request say who sends it, by a token.';
    throw mistake('concurrency', 'would let requests of one tenant be sent as another', cure);
  }
  return { stage: { tenants, operations, actAs, reset }, runs, steps, concurrency, seed };
}

function assertCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw mistake(name, 'is no number of them', 'Give a whole number, at least 1.');
  }
}

function mistake(option: string, problem: string, cure: string): AuthConfigurationError {
  return new AuthConfigurationError(`mixTenants(): ${option}`, problem, cure);
}
