import { FaultyIssuer, type Behaviour } from '../../verification/jwt/keys/faulty-issuer.js';
import type { Adapter } from '../http/application.js';
import { GuardedApi, type ApiDifference } from './guarded-api.js';

/** What a test starts, and what has to be stopped when it ends, however it ends. */
export class Stage {
  readonly #adapter: Adapter;
  readonly #started: { close(): Promise<void> }[] = [];

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
  }

  /** An issuer whose key set behaves as is said. */
  async issuer(jwks: Behaviour): Promise<FaultyIssuer> {
    const issuer = await FaultyIssuer.start();
    this.#started.unshift(issuer);
    issuer.serve({ jwks });
    return issuer;
  }

  /** An API that accepts the issuer's tokens. */
  async api(issuer: FaultyIssuer, difference?: ApiDifference): Promise<GuardedApi> {
    const api = await GuardedApi.start(this.#adapter, issuer, difference);
    this.#started.unshift(api);
    return api;
  }

  /** Stops what was started last first: applications before the issuers they ask. */
  async close(): Promise<void> {
    for (const each of this.#started.splice(0)) await each.close();
  }
}
