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
    const known = [...this.#all.keys()].join(', ') || 'none';
    throw new RangeError(`No such service is configured: services has ${known}`);
  }

  /** Ends all that is under way. */
  close(): void {
    for (const service of this.#all.values()) service.close();
  }
}
