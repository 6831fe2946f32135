import { connect } from 'node:net';

/** The status line, headers and body of an answer, as they came. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends octets that an HTTP client would refuse or repair, and reads until the server closes.
 *
 * @param lines Request line and headers, in Latin-1; `Host` and `Connection: close` are added.
 */
export async function rawRequest(port: number, lines: readonly string[]): Promise<RawAnswer> {
  const [requestLine, ...headers] = lines;
  const head = [requestLine, 'Host: localhost', 'Connection: close', ...headers, '', ''];
  const text = await rawExchange(port, head.join('\r\n'));
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text };
}

/** Sends a text in Latin-1 and gives all that comes back: nothing, where the server hangs up. */
export function rawExchange(port: number, sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(sent, 'latin1')));
    socket.setTimeout(10_000, () => socket.destroy(new Error('No answer within 10 s')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Of a head that is too long, a server may read no more than it has to before it hangs up.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
}
