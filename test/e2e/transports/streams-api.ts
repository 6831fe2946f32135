import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { Controller, Get, Sse, StreamableFile, type MessageEvent } from '@nestjs/common';
import type { RunningApplication } from '../http/application.js';
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

/** Ends an application whose clients left in the middle: what they opened meanwhile is not waited for. */
export async function closeNow(api: RunningApplication): Promise<void> {
  const server = api.app.getHttpServer() as Server;
  const hangingUp = setInterval(() => {
    server.closeAllConnections();
  }, 10);
  await api.close();
  clearInterval(hangingUp);
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
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  private constructor(
    readonly response: Response,
    body: ReadableStream<Uint8Array>,
  ) {
    this.#reader = body.getReader();
  }

  /** Asks, and reads until something was said. */
  static async begin(address: string, token: string): Promise<ReadAnswer> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(address, { headers });
    if (!response.body) throw new Error('There is nothing to read');
    const answer = new ReadAnswer(response, response.body);
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
    await this.#reader.cancel();
  }

  async #read(): Promise<boolean> {
    const { value } = await this.#reader.read();
    if (!value) return false;
    this.#text += Buffer.from(value).toString();
    return true;
  }
}
