import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

const HEAD = 12;
const TYPES = { 1: 4, 28: 6 } as const;

/** A name server on loopback that knows a few names (RFC 1035 section 4). */
export class NameServer {
  readonly #socket: Socket;
  readonly #names: Readonly<Record<string, readonly string[]>>;

  private constructor(socket: Socket, names: Readonly<Record<string, readonly string[]>>) {
    this.#socket = socket;
    this.#names = names;
    socket.on('message', (query, { port, address }) => {
      socket.send(this.#answerTo(query), port, address);
    });
  }

  static async start(names: Readonly<Record<string, readonly string[]>>): Promise<NameServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NameServer(socket, names);
  }

  /** Asks this one, and no other. */
  resolver(): Resolver {
    const resolver = new Resolver({ timeout: 1000, tries: 2 });
    resolver.setServers([`127.0.0.1:${String(this.#socket.address().port)}`]);
    return resolver;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => void this.#socket.close(resolve));
  }

  #answerTo(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = HEAD;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const type = query.readUInt16BE(at + 1);
    const family = TYPES[type as keyof typeof TYPES];
    const known = this.#names[labels.join('.')];
    const fitting = (known ?? []).filter((address) => (isIPv6(address) ? 6 : 4) === family);
    const head = Buffer.from(query.subarray(0, HEAD));
    head.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(fitting.length, 6);
    head.fill(0, 8, HEAD);
    const answers = fitting.map((address) => record(type, octetsOf(address)));
    return Buffer.concat([head, query.subarray(HEAD, at + 5), ...answers]);
  }
}

/** For a minute, of the name that was asked for. */
function record(type: number, octets: Buffer): Buffer {
  const fixed = Buffer.alloc(HEAD);
  fixed.writeUInt16BE(0xc000 | HEAD, 0);
  fixed.writeUInt16BE(type, 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt32BE(60, 6);
  fixed.writeUInt16BE(octets.length, 10);
  return Buffer.concat([fixed, octets]);
}

function octetsOf(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [before = '', after = ''] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [head, tail] = [groups(before), groups(after)];
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
