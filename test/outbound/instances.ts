import { Concealed } from '../../lib/core/concealed.js';
import type { OAuthClient } from '../../lib/endpoint/oauth-client.js';
import type { GrantedToken } from '../../lib/outbound/granted-token.js';
import type { ServiceCredentials } from '../../lib/outbound/service-credentials.js';
import { Service } from '../../lib/outbound/service.js';
import type { TokenEndpointSettings } from '../../lib/outbound/token-endpoint.js';
import type { StatedPurpose } from '../../lib/outbound/token-purpose.js';
import type { KeyValueStore } from '../../lib/stores/key-value-store.js';
import { MemoryKeyValueStore } from '../../lib/stores/memory-key-value-store.js';
import { tokens, TokenServer } from './token-server.js';

const START = 1_800_000_000_000;

/** A store in memory whose entries a test can see and change. */
class OpenStore extends MemoryKeyValueStore {
  readonly written = new Map<string, string>();

  override set(key: string, value: string, ttlSeconds: number): void {
    this.written.set(key, value);
    super.set(key, value, ttlSeconds);
  }

  /** What was written first. */
  get entry(): readonly [name: string, sealed: string] {
    const [entry = ['', ''] as const] = this.written;
    return entry;
  }
}

/** How an instance differs from the others. */
export interface More extends Partial<TokenEndpointSettings> {
  readonly purpose?: StatedPurpose;
  readonly store?: KeyValueStore | undefined;
}

/** Instances of one application, which ask one token endpoint and share one store, and a clock. */
export class Instances {
  readonly server: TokenServer;
  now = START;
  readonly store = new OpenStore({ clock: () => this.now });
  /** What was told of failures. */
  readonly told: string[] = [];
  readonly #open: Service[] = [];

  private constructor(server: TokenServer) {
    this.server = server;
    server.behaviour = tokens();
  }

  static async start(): Promise<Instances> {
    return new Instances(await TokenServer.start());
  }

  async close(): Promise<void> {
    for (const each of this.#open) each.close();
    await this.server.close();
  }

  readonly one = ({ purpose = {}, store, ...more }: More = {}): Service => {
    const endpoint = this.server.settings({ timeoutMs: 10_000, ...more });
    const service = new Service(
      { name: 'billing', baseUrl: undefined, messages: false, tokens: { endpoint, purpose } },
      { clock: () => this.now, tokenStore: store ?? this.store },
      {
        onObtained: () => undefined,
        onFailing: ({ service: name, cause }) =>
          this.told.push(`${name} failing: ${String(cause)}`),
        onStoreFailed: (name, operation, cause) => {
          this.told.push(`${name} ${operation} ${String((cause as { code?: unknown }).code)}`);
        },
      },
    );
    this.#open.push(service);
    return service;
  };

  fifty(): readonly Service[] {
    return Array.from({ length: 50 }, () => this.one());
  }
}

export function clientOf(secret: string, id = 'shop'): OAuthClient {
  return { id, method: 'client_secret_post', secret: new Concealed(secret) };
}

export function of({ credentials }: Service): ServiceCredentials {
  if (!credentials) throw new Error('It has no credentials');
  return credentials;
}

export async function granted(from: Service): Promise<GrantedToken> {
  return of(from).token();
}

export async function value(from: Service): Promise<string> {
  return (await granted(from)).token.reveal();
}

/** The different tokens that they have. */
export async function values(from: readonly Service[]): Promise<readonly string[]> {
  return [...new Set(await Promise.all(from.map(value)))];
}
