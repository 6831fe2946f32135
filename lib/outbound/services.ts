import { namesNear } from '../core/refuse-unknown.js';
import type { Service } from './service.js';

/** The services that are called, by name. */
export class Services {
  readonly #all: ReadonlyMap<string, Service>;

  constructor(all: readonly Service[]) {
    this.#all = new Map(all.map((service) => [service.name, service]));
  }

  /** @throws {RangeError} When no such service is configured. */
  of(name: string): Service {
    const service = this.#all.get(name);
    if (service) return service;
    const known = [...this.#all.keys()];
    const near = namesNear(name, known);
    const cure =
      known.length === 0
        ? 'Add it to the option services, which has none'
        : `Call one that services has, or add it there: ${(near.length > 0 ? near : known).join(', ')}`;
    throw new RangeError(`No such service is configured. ${cure}.`);
  }

  /** Ends all that is under way. */
  close(): void {
    for (const service of this.#all.values()) service.close();
  }
}
