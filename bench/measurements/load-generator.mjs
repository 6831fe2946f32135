import { once } from 'node:events';
import { connect } from 'node:net';

/** Enough that the server always has the next request waiting, few enough to queue briefly. */
const CONNECTIONS = 16;

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** The bytes of a request for the guarded route. */
export function requestWith(token) {
  const lines = ['GET /orders HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${token}`];
  return Buffer.from(lines.join('\r\n') + '\r\n\r\n', 'latin1');
}

/**
 * Keep-alive connections to one server, on each of them one request at a time. It must cost less than
 * the server it drives, so it writes bytes that are ready and reads of an answer only what it must.
 */
export class LoadGenerator {
  #connections;

  static async connectedTo(port) {
    const generator = new LoadGenerator();
    generator.#connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => Connection.to(port)),
    );
    return generator;
  }

  /**
   * Keeps the server busy for a while, and waits for the last answers.
   *
   * @param nextRequest Gives the bytes of the next request.
   * @returns How many requests were answered.
   * @throws When one was answered with anything but 200.
   */
  async run(nextRequest, milliseconds) {
    const until = performance.now() + milliseconds;
    const counts = await Promise.all(
      this.#connections.map((connection) => connection.exchange(nextRequest, until)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  close() {
    for (const connection of this.#connections) connection.close();
  }
}

class Connection {
  #socket;
  #received = Buffer.alloc(0);
  /** How long an answer was before; all are alike, so that most need no parsing. */
  #usualLength = 0;
  #answered = () => undefined;
  #failed = () => undefined;

  static async to(port) {
    const connection = new Connection();
    connection.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(connection.#socket, 'connect');
    connection.#socket.on('data', (chunk) => connection.#receive(chunk));
    connection.#socket.on('close', () => connection.#failed(new Error('The server hung up')));
    return connection;
  }

  exchange(nextRequest, until) {
    return new Promise((resolve, reject) => {
      let count = 0;
      this.#failed = reject;
      this.#answered = () => {
        count += 1;
        if (performance.now() < until) this.#socket.write(nextRequest());
        else resolve(count);
      };
      this.#socket.write(nextRequest());
    });
  }

  close() {
    this.#failed = () => undefined;
    this.#socket.destroy();
  }

  #receive(chunk) {
    const received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (received.length !== this.#usualLength && received.length !== lengthOf(received)) {
      this.#received = received;
      return;
    }
    this.#usualLength = received.length;
    this.#received = Buffer.alloc(0);
    const status = received.toString('latin1', 9, 12);
    if (status === '200') this.#answered();
    else this.#failed(new Error(`A request was answered with ${status}`));
  }
}

/** The length of the answer that starts here, or `undefined` while its head is incomplete. */
function lengthOf(received) {
  const headLength = received.indexOf(END_OF_HEAD) + END_OF_HEAD.length;
  if (headLength < END_OF_HEAD.length) return undefined;
  const [, length] = /^content-length: *(\d+)/im.exec(received.toString('latin1', 0, headLength));
  return headLength + Number(length);
}
