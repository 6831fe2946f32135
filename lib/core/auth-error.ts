import type { Principal } from './principal.js';
import {
  REFUSAL_OF_REASON,
  REFUSALS,
  type ReasonFor,
  type Refusal,
  type RefusalCode,
  type RefusalReason,
} from './refusal.js';

/** What an operator may want to know beside the reason. */
export interface AuthErrorOptions extends ErrorOptions {
  /** Made of names that the program and its configuration know: never anything a client sent. */
  readonly detail?: string | undefined;
  /**
   * How a client is to prove who it is: the schemes that challenges name (RFC 9110 section 11.1).
   *
   * @default ['Bearer']
   */
  readonly schemes?: readonly string[] | undefined;
  /** Who is refused, where that was established before the request was let in. */
  readonly principal?: Principal | undefined;
  /** Constants that the body has beside its own members, for clients that look for them. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
}

const BEARER: readonly string[] = ['Bearer'];

/**
 * A request that does not reach its handler.
 *
 * The message is the public sentence of the code; {@link AuthError.reason} and `cause` are for the
 * operator and never leave the process.
 */
export abstract class AuthError extends Error {
  readonly reason: RefusalReason;
  readonly code: RefusalCode;
  readonly status: Refusal['status'];
  /** What is missing or expected, for the log. */
  readonly detail: string | undefined;
  /** The schemes that a challenge names, where the answer carries one. */
  readonly schemes: readonly string[];
  /** Who is refused, where that was established before the request was let in. */
  readonly principal: Principal | undefined;
  /** What the body has beside its own members: constants. */
  readonly members: Readonly<Record<string, unknown>> | undefined;

  protected constructor(reason: RefusalReason, options?: AuthErrorOptions) {
    const code = REFUSAL_OF_REASON[reason];
    super(REFUSALS[code].message, options);
    this.name = new.target.name;
    this.reason = reason;
    this.code = code;
    this.status = REFUSALS[code].status;
    this.detail = options?.detail;
    this.schemes = options?.schemes ?? BEARER;
    this.principal = options?.principal;
    this.members = options?.members;
  }
}

/** No credential, or none of a kind this API accepts: 401 with a bare challenge (RFC 6750 section 3.1). */
export class MissingCredential extends AuthError {
  public constructor(reason: ReasonFor<'missing_credentials'>, options?: AuthErrorOptions) {
    super(reason, options);
  }
}

/** A credential, or a tenant, sent wrongly or twice: 400 (for credentials, RFC 6750 section 3.1). */
export class InvalidRequest extends AuthError {
  public constructor(
    reason: ReasonFor<'invalid_request' | 'invalid_tenant'>,
    options?: AuthErrorOptions,
  ) {
    super(reason, options);
  }
}

/** The reasons for which a credential itself is refused. */
export type InvalidCredentialReason = ReasonFor<
  | 'token_malformed'
  | 'token_expired'
  | 'token_not_active'
  | 'invalid_token'
  | 'invalid_api_key'
  | 'invalid_password'
  | 'credential_not_accepted'
  | 'account_inactive'
>;

/** A credential that is there and bad, or not the one that is wanted: 401 (RFC 6750 section 3.1). */
export class InvalidCredential extends AuthError {
  public constructor(reason: InvalidCredentialReason, options?: AuthErrorOptions) {
    super(reason, options);
  }
}

/** The caller is known and may not: 403. */
export class Forbidden extends AuthError {
  public constructor(
    reason: ReasonFor<'insufficient_scope' | 'forbidden' | 'cross_site_request'>,
    options?: AuthErrorOptions,
  ) {
    super(reason, options);
  }
}

/** Claims were asked for, and the caller has no access token but another credential: 403. */
export class NotAnAccessToken extends Forbidden {
  public constructor() {
    super('not_an_access_token');
  }
}

/** The caller is known, may not, and is not even to learn that there is such a thing: 404 (RFC 9110 section 15.5.4). */
export class Hidden extends AuthError {
  public constructor(options?: AuthErrorOptions) {
    super('resource_hidden', options);
  }
}

/** We cannot tell who is calling, or whether they may, and that is our failure: 503 with `Retry-After` (RFC 9110 section 15.6.4). */
export class AuthUnavailable extends AuthError {
  /** When it is worth trying again, in whole seconds, at least 1. */
  readonly retryAfterSeconds: number;

  public constructor(
    reason: ReasonFor<'auth_unavailable'>,
    options: AuthErrorOptions & { readonly retryAfterSeconds: number },
  ) {
    super(reason, options);
    this.retryAfterSeconds = Math.max(1, Math.ceil(options.retryAfterSeconds));
  }
}
