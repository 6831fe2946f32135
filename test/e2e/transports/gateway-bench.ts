import { TestIssuer } from '../../../lib/testing/index.js';
import type { AuthEvent, AuthModuleOptions } from '../../../lib/index.js';
import { principalOf, webSockets, WebSocketSessions } from '../../../lib/transports/ws/index.js';
import type { Parts, RunningApplication } from '../http/application.js';
import { connect, startSockets, type Client, type Library, type Presentation } from './sockets.js';

export const answer = (data: unknown): object => ({ event: 'answer', data });

/** Who has connected to what. */
export const connected: string[] = [];

export abstract class Named {
  handleConnection(client: object): void {
    connected.push(`${this.constructor.name} ${String(principalOf(client)?.subject)}`);
  }
}

/** What is to be closed when a test is over. */
interface Closing {
  close(): unknown;
}

/** Applications with gateways, and their clients, of one issuer. */
export class GatewayBench {
  readonly events: AuthEvent[] = [];
  readonly #issuer: TestIssuer;
  readonly #clients: Closing[] = [];
  readonly #running: RunningApplication[] = [];

  private constructor(issuer: TestIssuer) {
    this.#issuer = issuer;
  }

  static async start(): Promise<GatewayBench> {
    return new GatewayBench(await TestIssuer.start({ algorithms: ['ES256'] }));
  }

  async serving(
    library: Library,
    { providers = [], imports = [] }: Pick<Parts, 'providers' | 'imports'>,
  ): Promise<RunningApplication> {
    const auth: AuthModuleOptions = {
      issuers: [this.#issuer.options({ claims: { roles: 'roles' } })],
      transports: [webSockets()],
      onEvent: (event) => void this.events.push(event),
    };
    const api = await startSockets(library, {
      ...{ imports, auth },
      providers: [...providers, WebSocketSessions],
    });
    this.#running.push(api);
    return api;
  }

  open(
    library: Library,
    api: RunningApplication,
    ...[path, presentation]: [string, Presentation?]
  ): Client {
    return this.closing(connect(library, api, path, presentation));
  }

  /** @returns What is closed when the test is over. */
  closing<T extends Closing>(client: T): T {
    this.#clients.push(client);
    return client;
  }

  token(sub: string, ...roles: string[]): Promise<string> {
    return this.#issuer.token({ sub, roles });
  }

  async bearing(sub: string, ...roles: string[]): Promise<Presentation> {
    return { headers: { authorization: `Bearer ${await this.token(sub, ...roles)}` } };
  }

  /** Forgets what one test has left. */
  async clear(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await Promise.all(this.#running.splice(0).map((api) => api.close()));
    [connected.length, this.events.length] = [0, 0];
  }

  close(): Promise<void> {
    return this.#issuer.close();
  }
}

export async function ask(client: Client, event: string): Promise<unknown> {
  client.send(event, {});
  return (await client.next()).data;
}

/** Why a client was not let in, in the words of either library. */
export async function refusal(client: Client): Promise<unknown> {
  const { data } = await client.next();
  const { reason, code } = data as { readonly reason?: string; readonly code: unknown };
  return reason ?? code;
}
