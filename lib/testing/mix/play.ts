import { randomBytes } from 'node:crypto';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { answerText } from './answer-text.js';
import { oneOf, randomFrom } from './random.js';

/** What an operation is given when it is a tenant's turn. */
export interface TenantTurn<Caller> {
  /** Whose turn it is. */
  readonly tenant: string;
  /** Who acts for the tenant, as given: a token, a principal. */
  readonly as: Caller;
  /**
   * A text that is nowhere yet, to be written where the tenant's data are: an answer to another tenant
   * that holds it is a leak.
   */
  readonly mark: () => string;
  /** One of some by chance, as the seed says: an id that somebody made; `undefined` of none. */
  readonly pick: <T>(from: readonly T[]) => T | undefined;
}

/** Something that is done as a tenant. Whatever it answers is searched; what it throws is a failure. */
export type TenantOperation<Caller> = (turn: TenantTurn<Caller>) => MaybePromise<unknown>;

/** One step of a sequence. */
export interface Step {
  readonly tenant: string;
  readonly operation: string;
  /** Steps with the same number, one behind the other, are under way at the same time. */
  readonly batch: number;
  /** Of all that the operation leaves to chance. */
  readonly seed: number;
}

/** What went wrong in a sequence: an answer with another tenant's data, or an operation that threw. */
export type Finding =
  | { readonly kind: 'leak'; readonly step: Step; readonly of: string }
  | { readonly kind: 'failure'; readonly step: Step; readonly cause: unknown };

/** What is played with. */
export interface Stage<Caller> {
  readonly tenants: ReadonlyMap<string, Caller>;
  readonly operations: ReadonlyMap<string, TenantOperation<Caller>>;
  readonly reset: () => MaybePromise<unknown>;
  readonly actAs: ((as: Caller) => unknown) | undefined;
}

/** Plays sequences, and looks in every answer for what others wrote. */
export class Play<Caller> {
  readonly #stage: Stage<Caller>;
  readonly #prefix = `mark${randomBytes(6).toString('hex')}n`;
  #marks = 0;
  /** In how many answers a tenant found again what it had written before. */
  found = 0;

  constructor(stage: Stage<Caller>) {
    this.#stage = stage;
  }

  /** @returns What went wrong first, if anything did. */
  async of(steps: readonly Step[]): Promise<Finding | undefined> {
    await this.#stage.reset();
    const written = new Map<string, Step>();
    for (const batch of new Set(steps.map((step) => step.batch))) {
      const together = steps.filter((step) => step.batch === batch);
      const findings = await Promise.all(together.map((step) => this.#take(step, written)));
      const finding = findings.find((each) => each !== undefined);
      if (finding) return finding;
    }
    return undefined;
  }

  async #take(step: Step, written: Map<string, Step>): Promise<Finding | undefined> {
    try {
      const answer = await answerText(await this.#answer(step, written));
      const held = [...written].filter(([mark]) => answer.includes(mark)).map(([, by]) => by);
      const other = held.find(({ tenant }) => tenant !== step.tenant);
      if (other) return { kind: 'leak', step, of: other.tenant };
      if (held.some((by) => by !== step)) this.found += 1;
      return undefined;
    } catch (cause) {
      return { kind: 'failure', step, cause };
    }
  }

  #answer(step: Step, written: Map<string, Step>): unknown {
    const { tenants, operations, actAs } = this.#stage;
    const random = randomFrom(step.seed);
    const as = tenants.get(step.tenant) as Caller;
    actAs?.(as);
    return operations.get(step.operation)?.({
      tenant: step.tenant,
      as,
      pick: (from) => oneOf(random, from),
      mark: () => {
        this.#marks += 1;
        const mark = `${this.#prefix}${String(this.#marks)}z`;
        written.set(mark, step);
        return mark;
      },
    });
  }
}
