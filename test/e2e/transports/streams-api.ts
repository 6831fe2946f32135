import { Readable } from 'node:stream';
import { Controller, Get, Sse, StreamableFile, type MessageEvent } from '@nestjs/common';
import { concat, finalize, from, map, Subject, type Observable } from 'rxjs';

/** What is sent once more, to whomever is still there. */
export const more = new Subject<string>();

/** The handlers whose answers are over, however they ended. */
export const over: string[] = [];

/** A chunk, and then nothing until there is more, which is the end. */
function chunks(name: string): Readable {
  const readable = new Readable({
    read: () => undefined,
    destroy: (error, done) => {
      over.push(name);
      done(error);
    },
  });
  readable.push('"one"\n');
  const subscription = more.subscribe((value) => {
    readable.push(`"${value}"\n`);
    readable.push(null);
  });
  return readable.once('close', () => {
    subscription.unsubscribe();
  });
}

/** Answers that take their time, and one that does not. */
@Controller()
export class StreamsApi {
  @Sse('events')
  events(): Observable<MessageEvent> {
    const said = concat(from(['one']), more).pipe(map((data) => ({ data: `"${data}"` })));
    return said.pipe(finalize(() => over.push('events')));
  }

  @Get('lines')
  lines(): StreamableFile {
    return new StreamableFile(chunks('lines'), { type: 'application/x-ndjson' });
  }

  @Get('file')
  file(): StreamableFile {
    return new StreamableFile(chunks('file'), { length: 12, disposition: 'attachment' });
  }

  @Get('plain')
  plain(): object {
    return { said: 'one' };
  }
}

/** An answer, as a client reads it. */
export class ReadAnswer {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #text = '';

  private constructor(readonly response: Response) {
    this.#chunks = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  /** Asks, and reads until something was said. */
  static async begin(address: string, token: string): Promise<ReadAnswer> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = new ReadAnswer(await fetch(address, { headers }));
    await answer.until('one');
    return answer;
  }

  /** Reads until a word comes. */
  async until(word: string): Promise<void> {
    while (!this.#text.includes(word)) if (!(await this.#read())) throw new Error('It is over');
  }

  /** Reads to the end: whether it ended in order, or was broken off. */
  async end(): Promise<'ended' | 'broken off'> {
    try {
      while (await this.#read());
      return 'ended';
    } catch {
      return 'broken off';
    }
  }

  /** Does not read on. */
  async leave(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    this.#text += Buffer.from(value).toString();
    return true;
  }
}
