import { connect, type Socket } from 'node:net';

/** An answer as it came: nothing repaired. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case, in the order received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Every octet of it, in Latin-1. */
  readonly text: string;
}

/** The sockets opened here, so that a test can tell them from those the application opens. */
export const ownSockets = new WeakSet<Socket>();

/** The values of a header, in the order received. */
export function headerValues(answer: RawAnswer, name: string): readonly string[] {
  return answer.headers.filter(([each]) => each === name).map(([, value]) => value);
}

/** A connection on which octets are written that an HTTP client would refuse or repair. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #received = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #isClosed = false;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    ownSockets.add(this.#socket);
    this.#socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // Of a head that is too long, a server reads no more than it has to before it hangs up.
    this.#socket.on('error', () => undefined);
    this.#closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  /** @param octets In Latin-1. */
  write(octets: string): void {
    this.#socket.write(octets, 'latin1');
  }

  /**
   * The next answer.
   *
   * @throws {Error} When the server hangs up instead, or does not answer.
   */
  async answer(): Promise<RawAnswer> {
    const deadline = setTimeout(() => this.#socket.destroy(), 20_000);
    try {
      for (;;) {
        const parsed = takeAnswer(this.#received);
        if (parsed) {
          this.#received = this.#received.subarray(parsed.length);
          return parsed.answer;
        }
        if (this.#isClosed) throw new Error('The server hung up without an answer');
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Hangs up, whatever is under way. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }
}

/** Sends octets on a connection of their own, and gives the answer. */
export async function answerTo(port: number, octets: string): Promise<RawAnswer> {
  const connection = new RawConnection(port);
  try {
    connection.write(octets);
    return await connection.answer();
  } finally {
    await connection.close();
  }
}

/** Sends octets on a connection of their own, and gives the answers. */
export async function exchange(
  port: number,
  octets: string,
  count: number,
): Promise<readonly RawAnswer[]> {
  const connection = new RawConnection(port);
  try {
    connection.write(octets);
    const answers: RawAnswer[] = [];
    while (answers.length < count) answers.push(await connection.answer());
    return answers;
  } finally {
    await connection.close();
  }
}

/** Sends many requests on one connection, several at a time, and gives the answers in order. */
export async function pipeline(
  port: number,
  requests: readonly string[],
): Promise<readonly RawAnswer[]> {
  const connection = new RawConnection(port);
  const answers: RawAnswer[] = [];
  try {
    for (let start = 0; start < requests.length; start += 32) {
      const some = requests.slice(start, start + 32);
      connection.write(some.join(''));
      for (let count = some.length; count > 0; count -= 1) answers.push(await connection.answer());
    }
    return answers;
  } finally {
    await connection.close();
  }
}

function takeAnswer(received: Buffer): { answer: RawAnswer; length: number } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return;
  const [statusLine = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const declared = headers.find(([name]) => name === 'content-length')?.[1];
  // Node's own answers, to what its parser refuses, have no body.
  const length = end + 4 + Number(declared ?? 0);
  if (received.length < length) return;
  const text = received.toString('latin1', 0, length);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  return { answer: { status, headers, body: text.slice(end + 4), text }, length };
}
