import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { TestIssuer } from '../../lib/testing/index.js';
import { start, type Adapter } from '../e2e/http/application.js';
import { Client, type Errand, type Outcome, type User } from './client.js';
import { InterleavedController } from './interleaved.controller.js';
import { SharedThings } from './shared-things.js';
import { WitnessFilter, WitnessInterceptor } from './witness-places.js';
import { Witness, type Testimony } from './witness.js';

/** How much is done. */
export interface InterleavingOptions {
  readonly adapter: Adapter;
  readonly requests: number;
  readonly users: number;
  /** How many requests are under way at most. */
  readonly atOnce: number;
  /** Done after each quarter of the requests, when nothing is under way. */
  readonly atQuarter?: () => Promise<void>;
}

/** What came of it. */
export interface InterleavingReport extends Testimony {
  readonly answered: number;
  readonly aborted: number;
  readonly seconds: number;
}

const PATHS = [
  ...['await', 'timers', 'iterate', 'stream', 'large-stream', 'emitter', 'pool', 'later', 'fail'],
  ...['json', 'upload'],
];

const ABORTED = 0.05;

/** No client waits longer until it goes. */
const LATEST_ABORT_MS = 20;

const QUARTERS = 4;

/**
 * Sends the requests of many users, of all sorts, over connections that are kept alive, so many at once
 * as chance has it; and sees that whoever looks sees the request's own sender.
 */
export async function interleave(options: InterleavingOptions): Promise<InterleavingReport> {
  const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
  const application = await start(options.adapter, {
    controllers: [InterleavedController],
    providers: [
      ...[Witness, SharedThings],
      { provide: APP_INTERCEPTOR, useClass: WitnessInterceptor },
      { provide: APP_FILTER, useClass: WitnessFilter },
    ],
    auth: { issuers: [issuer.options()] },
    configure: (app) => {
      leaveUploadsAlone(app, options.adapter);
    },
  });
  // Longer than any pause between two waves: a connection that is reused must not just be closing.
  (application.app.getHttpServer() as Server).keepAliveTimeout = 60_000;
  const client = new Client(application.port, Math.ceil(options.atOnce / 2));
  try {
    const users = await usersOf(issuer, options.users);
    const run = new Run(application.app.get(Witness), client, users);
    return await run.all(options);
  } finally {
    client.close();
    await application.close();
    await issuer.close();
  }
}

/** Of an instance of Fastify. */
interface Parsers {
  addContentTypeParser(
    type: string,
    parse: (request: unknown, payload: unknown, done: (failure: null) => void) => void,
  ): void;
}

/** Express leaves a body of a type that it does not know to the handler; Fastify has to be told. */
function leaveUploadsAlone(app: INestApplication, adapter: Adapter): void {
  if (adapter === 'express') return;
  const fastify = app.getHttpAdapter().getInstance() as Parsers;
  fastify.addContentTypeParser('application/octet-stream', (_request, _payload, done) => {
    done(null);
  });
}

async function usersOf(issuer: TestIssuer, count: number): Promise<readonly User[]> {
  const lifetimeSeconds = 3600;
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const subject = `user-${String(index)}`;
      return { subject, token: await issuer.token({ sub: subject }, { lifetimeSeconds }) };
    }),
  );
}

class Run {
  readonly #witness: Witness;
  readonly #client: Client;
  readonly #users: readonly User[];
  readonly #came = { answered: 0, aborted: 0 };
  #sent = 0;

  constructor(witness: Witness, client: Client, users: readonly User[]) {
    this.#witness = witness;
    this.#client = client;
    this.#users = users;
  }

  async all({ requests, atOnce, atQuarter }: InterleavingOptions): Promise<InterleavingReport> {
    const began = performance.now();
    for (let quarter = 1; quarter <= QUARTERS; quarter += 1) {
      await this.#until(Math.round((requests * quarter) / QUARTERS), atOnce);
      await this.#idle();
      await atQuarter?.();
    }
    const seconds = (performance.now() - began) / 1000;
    return { ...this.#witness.testimony, ...this.#came, seconds };
  }

  /** In waves, of which each has another width. */
  async #until(sent: number, atOnce: number): Promise<void> {
    while (this.#sent < sent) {
      const width = 1 + Math.floor(Math.random() * atOnce);
      const end = Math.min(sent, this.#sent + width * 4);
      await Promise.all(Array.from({ length: width }, () => this.#worker(end)));
    }
  }

  async #worker(end: number): Promise<void> {
    while (this.#sent < end) {
      this.#sent += 1;
      this.#keep(await this.#client.run(this.#errand(this.#sent)));
    }
  }

  #errand(serial: number): Errand {
    const isAborted = Math.random() < ABORTED;
    return {
      path: oneOf(PATHS),
      user: oneOf(this.#users),
      requestId: `request-${String(serial)}`,
      abortAfterMs: isAborted ? Math.random() * LATEST_ABORT_MS : undefined,
    };
  }

  #keep(outcome: Outcome): void {
    if (typeof outcome === 'object') this.#witness.note(outcome.mistake);
    else this.#came[outcome] += 1;
  }

  /** Handlers go on after their clients went. */
  async #idle(): Promise<void> {
    while (!this.#witness.isIdle) await sleep(5);
  }
}

function oneOf<T>(all: readonly T[]): T {
  return all[Math.floor(Math.random() * all.length)] as T;
}
