import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Provided } from './credential-options.js';
import type { IdentityProvider } from './identity-provider.js';
import type { IssuerOptions } from './issuer-options.js';

/** What a resolver answers: the issuer's options, as they are or as a preset makes them, or that nobody is accepted by that name. */
export type FoundIssuer = MaybePromise<IssuerOptions | IdentityProvider | null | undefined | false>;

/** Finds issuers that the configuration does not name. */
export interface IssuerResolver {
  /** @param issuer As a token claims it, before anything in the token is verified. */
  resolve(issuer: string): FoundIssuer;
}

/** Issuers that are not known when the application starts. */
export interface DynamicIssuerOptions {
  /**
   * Finds an issuer by the exact value of claim `iss`, which nobody verified yet: a function, or an
   * object or a class with `resolve()` that a module provides. It answers what an entry of `issuers`
   * is, with that very `issuer` and the `organizationId` whose it is (or an explicit `null`), or nothing. Never asked for those in `issuers`.
   *
   * > [!WARNING]
   * > Look the name up, and do not build the answer from it: whatever you accept is fetched from, and
   * > named in the log.
   */
  readonly resolve: IssuerResolver['resolve'] | Provided<IssuerResolver>;
  /**
   * How many issuers are remembered, 1 to 100000, keys included; the one used least lately makes room.
   *
   * @default 1000
   */
  readonly maxIssuers?: number;
  /**
   * For how long an answer holds, in seconds: 1 to 3600. It is asked for anew a little before that,
   * while nobody waits. A tenant that is removed or changed is refused after that at the latest, and
   * at once after `DynamicIssuers.forget(issuer)`. While the resolver fails, an answer holds up to an
   * hour longer.
   *
   * @default 300
   */
  readonly maxAgeSeconds?: number;
  /**
   * How long the resolver may take, in seconds: 0.1 to 60. After that, and when it throws, the answer
   * is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
  /**
   * Hosts that may be at private addresses, with the port where it is to be that one:
   * `keycloak.internal`, `127.0.0.1:8080`. What leads to a private address otherwise is not connected
   * to, whatever name it goes by.
   *
   * @default none
   * @see RFC 8725 section 3.10
   */
  readonly internalHosts?: readonly string[];
}
