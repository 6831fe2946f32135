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
  /** Empties what operations write to; `undefined` where nothing does. */
  readonly reset: (() => MaybePromise<unknown>) | undefined;
  readonly actAs: ((as: Caller) => unknown) | undefined;
}

/** Which marks were written in which step. */
export type Marks = Map<string, Step>;

/** How a tenant fared. */
export interface Fared {
  /** In how many answers it found again what it had written before. */
  found: number;
  /** The status of its last answer that had one. */
  status: number | undefined;
}

/** Answers to somebody who was not let in. */
const REFUSED: readonly unknown[] = [401, 403];

/** Plays sequences, and looks in every answer for what others wrote. */
export class Play<Caller> {
  readonly #stage: Stage<Caller>;
  readonly #prefix = `mark${randomBytes(6).toString('hex')}n`;
  readonly #pattern = new RegExp(`${this.#prefix}\\d+z`, 'g');
  #marks = 0;
  /** How each of the tenants fared. */
  readonly tenants: ReadonlyMap<string, Fared>;

  constructor(stage: Stage<Caller>) {
    this.#stage = stage;
    const fared = (): Fared => ({ found: 0, status: undefined });
    this.tenants = new Map([...stage.tenants.keys()].map((name) => [name, fared()]));
  }

  /**
   * @param written Marks that answers may hold from before. Default: none.
   * @returns What went wrong first, if anything did.
   */
  async of(steps: readonly Step[], written: Marks = new Map()): Promise<Finding | undefined> {
    await this.#stage.reset?.();
    for (const batch of new Set(steps.map((step) => step.batch))) {
      const together = steps.filter((step) => step.batch === batch);
      const findings = await Promise.all(together.map((step) => this.#take(step, written)));
      const finding = findings.find((each) => each !== undefined);
      if (finding) return finding;
    }
    return undefined;
  }

  async #take(step: Step, written: Marks): Promise<Finding | undefined> {
    try {
      const answer = await this.#answer(step, written);
      const status = statusOf(answer);
      const held = this.#writers(await answerText(answer), written);
      const other = held.find(({ tenant }) => tenant !== step.tenant);
      if (other) return { kind: 'leak', step, of: other.tenant };
      const isFound = !REFUSED.includes(status) && held.some((by) => by !== step);
      this.#note(step.tenant, { isFound, status });
      return undefined;
    } catch (cause) {
      return { kind: 'failure', step, cause };
    }
  }

  /** Who wrote what a text holds. */
  #writers(text: string, written: Marks): readonly Step[] {
    const marks = text.match(this.#pattern) ?? [];
    return marks.flatMap((mark) => written.get(mark) ?? []);
  }

  #note(
    tenant: string,
    { isFound, status }: { isFound: boolean; status: number | undefined },
  ): void {
    const fared = this.tenants.get(tenant);
    if (!fared) return;
    if (isFound) fared.found += 1;
    fared.status = status ?? fared.status;
  }

  #answer(step: Step, written: Marks): unknown {
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

/** As `fetch`, supertest, axios and the `inject()` of Fastify call it, and as bodies of Nest repeat it. */
function statusOf(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null) return;
  const { status, statusCode } = answer as { status?: unknown; statusCode?: unknown };
  return [status, statusCode].find((each) => typeof each === 'number');
}
