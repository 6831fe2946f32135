import type { IncomingMessage } from 'node:http';
import type { AuthRequest } from '../../core/auth-request.js';
import { headerValues } from '../http/header-values.js';

/** How a client connected, as far as it matters later on. */
export interface Handshake {
  readonly headers: Pick<IncomingMessage, 'headers' | 'rawHeaders'>;
  readonly remoteAddress: string | undefined;
  /** What was presented elsewhere than in `Authorization`; what is no token is refused where it is read. */
  readonly tokens: readonly string[];
}

/**
 * What was said when a client connected. It holds for every message that comes after, and has no
 * method: nobody can tell what a message changes, so cookies need their origin, and who impersonates
 * somebody reads nothing.
 */
export class SocketRequest implements AuthRequest {
  readonly method = undefined;
  readonly isLasting = true;
  readonly host: string | undefined;
  readonly #handshake: Handshake;
  readonly #authorization: readonly string[];

  private constructor(handshake: Handshake, authorization: readonly string[]) {
    this.#handshake = handshake;
    this.#authorization = authorization;
    const [host] = this.header('host');
    this.host = host?.replace(/:\d*$/, '');
  }

  static of(handshake: Handshake): SocketRequest {
    const sent = headerValues(handshake.headers, 'authorization');
    return new SocketRequest(handshake, [...sent, ...handshake.tokens.map(bearer)]);
  }

  get remoteAddress(): string | undefined {
    return this.#handshake.remoteAddress;
  }

  /** The same client, and another token in the place of what it presented. */
  withToken(token: string): SocketRequest {
    return new SocketRequest(this.#handshake, [bearer(token)]);
  }

  header(name: string): readonly string[] {
    return name === 'authorization'
      ? this.#authorization
      : headerValues(this.#handshake.headers, name);
  }

  parameter(): undefined {
    return undefined;
  }
}

function bearer(token: string): string {
  return `Bearer ${token}`;
}
