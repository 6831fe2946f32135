import { EventEmitter } from 'node:events';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';

/** How long somebody waits at most whom nobody else wakes, in milliseconds. */
const ALONE_MS = 10;

const TICK_MS = 3;

/** What requests have in common: a queue in which they wake each other, and a clock that belongs to none of them. */
@Injectable()
export class SharedThings implements OnModuleInit, OnModuleDestroy {
  readonly ticker = new EventEmitter().setMaxListeners(0);
  #timer: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];

  onModuleInit(): void {
    this.#timer = setInterval(() => this.ticker.emit('tick'), TICK_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Until another request comes, in whose context this one is woken: as in a pool of connections. */
  turn(): Promise<void> {
    for (const wake of this.#waiting.splice(0)) wake();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      setTimeout(resolve, ALONE_MS);
    });
  }
}
