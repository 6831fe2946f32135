import type { MaybePromise } from '../../core/maybe-promise.js';
import type { JwtIssuer } from './jwt-issuer.js';

/** Whose tokens are accepted. */
export interface IssuerRegistry {
  /** Every algorithm that any of them may sign with. */
  readonly algorithms: ReadonlySet<string>;

  /** Who they are, in words, for the log. */
  readonly inWords: string;

  /**
   * Looks an issuer up by its exact name.
   *
   * @throws {AuthUnavailable} When nobody can tell at present.
   */
  find(name: string): MaybePromise<JwtIssuer | undefined>;

  /** Whether this very configuration is in use, so that what was verified by it still counts. */
  isCurrent(issuer: JwtIssuer): boolean;
}

/** Issuers that are known from the beginning, and never change. */
export class FixedIssuers implements IssuerRegistry {
  readonly algorithms: ReadonlySet<string>;
  readonly #issuers: ReadonlyMap<string, JwtIssuer>;

  constructor(issuers: readonly JwtIssuer[]) {
    this.algorithms = new Set(issuers.flatMap((issuer) => [...issuer.algorithms]));
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
  }

  get inWords(): string {
    return `any of ${[...this.#issuers.keys()].join(', ')}`;
  }

  find(name: string): JwtIssuer | undefined {
    return this.#issuers.get(name);
  }

  isCurrent(): boolean {
    return true;
  }
}
