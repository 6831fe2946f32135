import { Controller, Get } from '@nestjs/common';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import {
  CurrentPrincipal,
  type AuthEvent,
  type IdentityProvider,
  type IssuerOptions,
  type Principal,
} from '../../lib/index.js';
import { get, start, type Adapter } from '../e2e/http/application.js';
import type { ShownToken } from './page.js';

@Controller()
export class Api {
  @Get()
  me(@CurrentPrincipal() principal: Principal): object {
    const { kind, subject, organizationId, roles, permissions, scopes, actor } = principal;
    return { kind, subject, organizationId, roles, permissions, scopes, actor: actor?.subject };
  }
}

interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** Signs in the place of every provider. */
export class Signer {
  readonly #keys: ReadonlyMap<string, KeyPair>;

  private constructor(keys: ReadonlyMap<string, KeyPair>) {
    this.#keys = keys;
  }

  static async generate(): Promise<Signer> {
    const pairs = ['RS256', 'ES256', 'ES384', 'EdDSA'].map(async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg);
      return [alg, { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: 'key-1' } }] as const;
    });
    return new Signer(new Map(await Promise.all(pairs)));
  }

  /** The provider, as it is, with our key instead of the address of its own. */
  stands(provider: IdentityProvider, alg = 'RS256'): IdentityProvider {
    return { issuers: provider.issuers.map((each) => this.#withKey(each, alg)) };
  }

  /** A token as it is shown, of today. */
  sign({ header, payload, ageSeconds = 0 }: ShownToken): Promise<string> {
    const key = this.#keys.get(header.alg);
    if (!key) throw new RangeError(`There is no key for ${header.alg}`);
    return new SignJWT(defined({ ...payload, ...datesIn(payload, ageSeconds) }))
      .setProtectedHeader(defined(header) as typeof header)
      .sign(key.privateKey);
  }

  /** The key that verifies what it signs. */
  published(alg: string): JWK | undefined {
    return this.#keys.get(alg)?.jwk;
  }

  #withKey(options: IssuerOptions, alg: string): IssuerOptions {
    const key = this.#keys.get(alg);
    const { jwksUri, ...issuer } = options;
    if (jwksUri !== undefined) expect(jwksUri).toMatch(/^https:/);
    return { ...issuer, jwks: { keys: key ? [key.jwk] : [] } };
  }
}

/** What has been long ago on the page is now. */
function datesIn(
  payload: ShownToken['payload'],
  ageSeconds: number,
): Readonly<Record<string, number>> {
  const shown = Number(payload['iat']);
  const now = Math.floor(Date.now() / 1000);
  const dates = ['iat', 'nbf', 'exp', 'auth_time'].filter((name) => name in payload);
  const moved = dates.map((name) => [name, Number(payload[name]) - shown + now] as const);
  return { ...Object.fromEntries(moved), iat: now - ageSeconds };
}

function defined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** What became of a token. */
export interface Verdict {
  readonly status: number;
  readonly principal: Readonly<Record<string, unknown>>;
  /** Why it was refused, as the event says. */
  readonly reason: string | undefined;
}

export interface ServedApi {
  readonly events: readonly AuthEvent[];
  ask(token: string): Promise<Verdict>;
  close(): Promise<void>;
}

/** An application that accepts tokens of the providers. */
export async function serve(
  adapter: Adapter,
  issuers: readonly IdentityProvider[],
): Promise<ServedApi> {
  const events: AuthEvent[] = [];
  const onEvent = (event: AuthEvent): void => void events.push(event);
  const api = await start(adapter, { controllers: [Api], auth: { issuers, onEvent } });
  return {
    events,
    ask: async (token) => {
      const { status, body } = await get(api.url, token);
      const reasons = events.flatMap((event) => ('reason' in event ? [event.reason] : []));
      return { status, principal: body, reason: status === 200 ? undefined : reasons.at(-1) };
    },
    close: () => api.close(),
  };
}
