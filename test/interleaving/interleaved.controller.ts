import { EventEmitter, once } from 'node:events';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Body,
  Controller,
  Get,
  HttpException,
  Post,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import { SentBy, type Sender } from './sender.js';
import { SharedThings } from './shared-things.js';
import { Witness } from './witness.js';
import { NO_COFFEE, WitnessGuard } from './witness-places.js';

type Told = ReturnType<Witness['answer']>;

const CHUNKS = 4;

/** More than a socket takes at once: who pulls the next chunk is then the network. */
const LARGE = 'x'.repeat(96 * 1024);

const soon = (): Promise<void> => sleep(Math.random() * 4);

/** Handlers of several sorts, each of which looks who is calling wherever it gets to. */
@Controller()
@UseGuards(WitnessGuard)
export class InterleavedController {
  constructor(
    private readonly witness: Witness,
    private readonly shared: SharedThings,
  ) {}

  @Get('await')
  async awaits(@SentBy() sender: Sender): Promise<Told> {
    this.witness.see('handler', sender);
    await Promise.all([this.#deep(sender, 3), this.#deep(sender, 2), soon()]);
    this.witness.see('after awaits', sender);
    return this.witness.answer();
  }

  @Get('timers')
  async timers(@SentBy() sender: Sender): Promise<Told> {
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        this.witness.see('timeout', sender);
        setImmediate(() => {
          this.witness.see('immediate', sender);
          process.nextTick(() => {
            this.witness.see('tick', sender);
            queueMicrotask(() => {
              this.witness.see('microtask', sender);
              resolve();
            });
          });
        });
      }, Math.random() * 5);
    });
    return this.witness.answer();
  }

  @Get('iterate')
  async iterate(@SentBy() sender: Sender): Promise<Told> {
    for await (const outer of this.#iterator(sender, 2)) {
      this.witness.see('iteration', sender);
      for await (const inner of this.#iterator(sender, outer + 1)) {
        this.witness.see(inner === 0 ? 'iteration' : 'nested iteration', sender);
      }
    }
    return this.witness.answer();
  }

  @Get('stream')
  stream(@SentBy() sender: Sender): StreamableFile {
    return new StreamableFile(Readable.from(this.#lines(sender, '')));
  }

  @Get('large-stream')
  largeStream(@SentBy() sender: Sender): StreamableFile {
    const { witness } = this;
    const through = new Transform({
      transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
        witness.see('transform', sender);
        done(null, chunk);
      },
    });
    const source = Readable.from(this.#lines(sender, LARGE), { highWaterMark: 1 });
    // Who goes ends both, and the generator with them.
    through.once('close', () => source.destroy());
    return new StreamableFile(source.pipe(through));
  }

  @Get('emitter')
  async emitter(@SentBy() sender: Sender): Promise<Told> {
    const own = new EventEmitter();
    own.once('done', () => {
      this.witness.see('own emitter', sender);
    });
    this.shared.ticker.once('tick', () => {
      this.witness.seeAtMost("somebody else's emitter", sender);
    });
    await once(this.shared.ticker, 'tick');
    this.witness.see('after an event', sender);
    own.emit('done');
    return this.witness.answer();
  }

  @Get('pool')
  async pool(@SentBy() sender: Sender): Promise<Told> {
    for (let count = 0; count < 3; count += 1) {
      await this.shared.turn();
      this.witness.see('after a pool', sender);
    }
    return this.witness.answer();
  }

  @Get('later')
  later(@SentBy() sender: Sender): Told {
    const end = this.witness.begin();
    setTimeout(() => {
      this.witness.see('after the answer', sender);
      end();
    }, 5);
    return this.witness.answer();
  }

  @Get('fail')
  async fail(@SentBy() sender: Sender): Promise<never> {
    await this.#deep(sender, 2);
    throw new HttpException('No coffee', NO_COFFEE);
  }

  @Post('json')
  async json(@SentBy() sender: Sender, @Body() { text }: { readonly text: string }): Promise<Told> {
    this.witness.see('after a body', sender);
    if (!text.endsWith(sender.requestId)) this.witness.note(`The body is another's: ${text}`);
    await soon();
    this.witness.see('after awaits', sender);
    return this.witness.answer();
  }

  /** Reads the body itself, and takes its time. */
  @Post('upload')
  async upload(@SentBy() sender: Sender): Promise<Told> {
    await soon();
    try {
      for await (const chunk of sender.request) {
        this.witness.see('chunk of a body', sender);
        if ((chunk as Buffer).length > 0) await soon();
      }
    } catch {
      // The client went; who it was, we still know.
      this.witness.see('after a torn body', sender);
    }
    this.witness.see('after a body', sender);
    return this.witness.answer();
  }

  async #deep(sender: Sender, levels: number): Promise<void> {
    await soon();
    this.witness.see('deep await', sender);
    if (levels > 0) await this.#deep(sender, levels - 1);
  }

  async *#iterator(sender: Sender, count: number): AsyncGenerator<number> {
    for (let index = 0; index < count; index += 1) {
      await (index % 2 === 0 ? soon() : undefined);
      this.witness.see('iterator', sender);
      yield index;
    }
  }

  async *#lines(sender: Sender, padding: string): AsyncGenerator<Buffer> {
    const end = this.witness.begin();
    try {
      for (let count = 0; count < CHUNKS; count += 1) {
        this.witness.see('stream, pulled', sender);
        await soon();
        this.witness.see('stream, after an await', sender);
        yield Buffer.from(`${JSON.stringify({ ...this.witness.answer(), padding })}\n`);
      }
    } finally {
      end();
    }
  }
}
