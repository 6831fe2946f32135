import { Controller, Get } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  JwksService,
  type AuthEvent,
  type AuthModuleOptions,
  type IssuerOptions,
} from '../../../lib/index.js';
import type { FaultyIssuer } from '../../verification/jwt/keys/faulty-issuer.js';
import {
  get,
  start,
  type Adapter,
  type Answer,
  type RunningApplication,
} from '../http/application.js';

@Controller()
class DoorController {
  static opened = 0;

  @Get()
  open(): object {
    DoorController.opened += 1;
    return { open: true };
  }
}

/** How an API differs from the usual one. */
export interface ApiDifference extends Partial<AuthModuleOptions> {
  readonly issuer?: Partial<IssuerOptions>;
  /** Whether it has to find out where the keys are. */
  readonly discovers?: boolean;
  /** When it starts, in milliseconds since the epoch. Default: now. */
  readonly startedAt?: number;
}

/**
 * An application with one guarded route, whose tokens come from a faulty issuer, on a clock that a
 * test moves. Keys are fetched with the first token unless a test says otherwise, so that what is
 * counted is what requests lead to.
 */
export class GuardedApi {
  readonly #application: RunningApplication;
  readonly events: readonly AuthEvent[];
  readonly #moveClock: (seconds: number) => void;

  private constructor(
    application: RunningApplication,
    events: readonly AuthEvent[],
    moveClock: (seconds: number) => void,
  ) {
    this.#application = application;
    this.events = events;
    this.#moveClock = moveClock;
  }

  static async start(
    adapter: Adapter,
    from: FaultyIssuer,
    difference: ApiDifference = {},
  ): Promise<GuardedApi> {
    const { issuer, discovers = false, startedAt = Date.now(), ...more } = difference;
    const address = discovers ? {} : { jwksUri: from.jwksUri };
    const events: AuthEvent[] = [];
    const began = Date.now();
    let ahead = startedAt - began;
    const application = await start(adapter, {
      controllers: [DoorController],
      auth: {
        issuers: [from.options({ ...address, ...issuer })],
        onEvent: (event) => void events.push(event),
        clock: () => Date.now() + ahead,
        ...more,
        keySets: { hydrate: 'lazy', ...more.keySets },
      },
    });
    return new GuardedApi(application, events, (seconds) => (ahead += seconds * 1000));
  }

  /** Moves the clock that the module goes by. */
  advance(seconds: number): void {
    this.#moveClock(seconds);
  }

  /** Presents a token. */
  get(token: string): Promise<Answer> {
    return get(this.#application.url, token);
  }

  /** Presents a token as often as is said, one time after the other: the statuses. */
  async statuses(token: string, times: number): Promise<number[]> {
    const found: number[] = [];
    for (let time = 0; time < times; time += 1) found.push((await this.get(token)).status);
    return found;
  }

  get port(): number {
    return this.#application.port;
  }

  get jwks(): JwksService {
    return this.#application.app.get(JwksService);
  }

  /** Why requests were refused, in order. */
  get reasons(): readonly string[] {
    return this.events.flatMap((event) => ('reason' in event ? [event.reason] : []));
  }

  /** What happened to the keys, in order, without the requests. */
  get keyEvents(): readonly string[] {
    return this.events.map(({ type }) => type).filter((type) => type.startsWith('keys.'));
  }

  close(): Promise<void> {
    return this.#application.close();
  }
}

/** How often the handler behind the guards ran, in all applications of a test file. */
export function handled(): number {
  return DoorController.opened;
}

/** Waits for what nobody is told of, such as a renewal in the background. */
export async function eventually(condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition() && performance.now() < deadline) await sleep(5);
  if (!condition()) throw new Error(`It did not come to pass within ${String(withinMs)} ms`);
}
