import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { runtimeFetch } from '../../../../lib/endpoint/fetch.js';
import type { KeySetEvent } from '../../../../lib/observability/key-set-event.js';
import {
  RemoteKeySet,
  type KeySetSettings,
} from '../../../../lib/verification/jwt/keys/remote-key-set.js';
import { FaultyIssuer, json } from './faulty-issuer.js';

export const MINUTE = 60_000;
export const START = 1_800_000_000_000;
export const HEADER = { alg: 'ES256', kid: '1' };

/** A key set, the issuer that publishes it, a clock that a test moves, and all the events. */
export class ObservedKeySet {
  readonly events: KeySetEvent[] = [];
  readonly issuer: FaultyIssuer;
  readonly subject: RemoteKeySet;
  now = START;

  private constructor(issuer: FaultyIssuer, settings: Partial<KeySetSettings>) {
    this.issuer = issuer;
    const address = { issuer: issuer.origin, jwksUri: new URL(`${issuer.origin}/jwks`) };
    this.subject = new RemoteKeySet(address, new Set(['ES256', 'RS256']), {
      clock: () => this.now,
      fetch: runtimeFetch,
      emit: (event) => void this.events.push(event),
      settings: {
        lifetime: { freshMs: 10 * MINUTE, staleMs: 60 * MINUTE },
        hydrate: 'lazy',
        refresh: 'traffic',
        snapshots: undefined,
        ...settings,
      },
    });
  }

  /** Of an issuer that publishes one key, {@link HEADER}. */
  static async start(settings: Partial<KeySetSettings> = {}): Promise<ObservedKeySet> {
    const issuer = await FaultyIssuer.start();
    issuer.behaviour = json({ keys: [await publicJwk()] });
    return new ObservedKeySet(issuer, settings);
  }

  async close(): Promise<void> {
    await this.subject.close();
    await this.issuer.close();
  }

  /** How many keys are found. */
  async count(header: { alg: string; kid: string | undefined } = HEADER): Promise<number> {
    return (await this.subject.candidates(header, () => true)).length;
  }

  /** Whether somebody who asks now has to wait. */
  isWaiting(): boolean {
    return this.subject.candidates(HEADER, () => true) instanceof Promise;
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  get requests(): number {
    return this.issuer.requests.length;
  }
}

export async function publicJwk(more: JWK = {}): Promise<JWK> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(publicKey)), kid: '1', ...more };
}

/** Lets a renewal come to its end that nobody waits for. */
export function settle(milliseconds = 100): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
