import type { Abstract, Type } from '@nestjs/common';
import type { Extract } from '../../credential/custom-extractor.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { ApiKeyStore } from '../../stores/api-key-store.js';
import type { ApiKeys } from '../../verification/api-key/api-keys.js';
import type { PasswordIdentity } from '../../verification/basic/password-check.js';
import type { PasswordHasher } from '../../verification/basic/password-hasher.js';
import type { Identity } from '../../verification/identity.js';
import type { IssuerOptions, TokenUseOptions } from './issuer-options.js';

/** A class that the application's container has as a singleton, or an object. */
export type Provided<T extends object> = T | Type<T> | Abstract<T>;

/** What a look-up answers: whom a credential stands for, or that it stands for nobody. */
export type Found<T extends Identity = Identity> = MaybePromise<T | null | undefined | false>;

/** Finds whom a credential of the application's own stands for. */
export interface IdentityResolver {
  /** @param value What was presented, prefix included; never log it. */
  resolve(value: string): Found;
}

/** Finds whom a user name and a password stand for. */
export interface PasswordVerifier {
  verify(username: string, password: string): Found;
}

/** Finds a user, and the hash of the user's password. */
export interface PasswordUsers {
  find(username: string): MaybePromise<PasswordIdentity | null | undefined>;
}

/** What every kind of credential has. */
export interface CredentialKindOptions {
  /**
   * What it is called in `@Accepts` and in `principal.credentialKind`.
   *
   * @default the name of the function that makes it: `apiKey`, `opaqueToken`, `session`, `basic`
   */
  readonly kind?: string;
  /**
   * Enter only where `@Accepts` names it.
   *
   * @default false; for `jwt()` always
   */
  readonly declaredOnly?: boolean;
}

/** Where a credential is found: in one place or in several, but in one at a time. */
export interface CredentialPlaces {
  /** A header that holds it and nothing else: `x-api-key`. */
  readonly header?: string;
  /** A scheme of `Authorization`: `Api-Key`. Compared without regard to case. */
  readonly scheme?: string;
  /**
   * A cookie, or several of which the first that is there counts. What changes something must then come
   * from the same origin, or from one of `trustedOrigins`.
   */
  readonly cookie?: string | readonly string[];
  /** Reads it from wherever it is. What throws is answered with 400. */
  readonly extract?: Extract;
}

/** How long somebody is waited for. */
interface Patience {
  /**
   * How long a look-up may take, in seconds: 0.1 to 60. After that the answer is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}

/** API keys. Exactly one of `keys`, `find` and `resolve`. */
export interface ApiKeyOptions extends CredentialKindOptions, CredentialPlaces, Patience {
  /**
   * A header that holds it and nothing else.
   *
   * @default 'x-api-key', where no other place is named
   */
  readonly header?: string;
  /** The keys that `ApiKeys` makes and keeps: brings prefix, pepper and store. */
  readonly keys?: ApiKeys;
  /** Finds the record of a key by its id, in a table of the application's. Needs `prefix`. */
  readonly find?: ApiKeyStore['find'] | Provided<Pick<ApiKeyStore, 'find'>>;
  /** What keys begin with: `acme_live`. With `resolve`: only such texts are looked up. */
  readonly prefix?: string;
  /** The secret that the hashes were made with, at least 32 bytes, where they were. With `find` only. */
  readonly pepper?: string | Uint8Array;
  /** Told that a key was used, at most once a minute for each. With `find` only. */
  readonly onUsed?: (id: string, usedAt: Date) => void | Promise<void>;
  /** Looks up keys of another form, as they are presented. */
  readonly resolve?: IdentityResolver['resolve'] | Provided<IdentityResolver>;
}

/** How an authorization server is asked about its opaque tokens (RFC 7662). */
export interface IntrospectionOptions {
  /** The issuer of the tokens. */
  readonly issuer: string;
  /**
   * Where it is asked.
   *
   * @default discovered: `introspection_endpoint` of the issuer's metadata, on the issuer's origin
   */
  readonly endpoint?: string;
  /** This API as a client of the authorization server. */
  readonly clientId: string;
  /** The secret of the client, unless it signs with `privateKey`. */
  readonly clientSecret?: string;
  /** A private key in PEM (PKCS #8), with which the client signs instead of sending a secret (RFC 7523). */
  readonly privateKey?: string;
  /** What the server knows that key by (`kid`), if it has several. */
  readonly keyId?: string;
  /**
   * How the client authenticates.
   *
   * @default 'client_secret_basic'; with `privateKey`, 'private_key_jwt'
   */
  readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  /** As with tokens that are JWTs: one of these must be in `aud`, and `null` waives the check. */
  readonly audience: IssuerOptions['audience'];
  /**
   * How far the server's clock may be off, in seconds: 0 to 300.
   *
   * @default 5
   */
  readonly clockToleranceSeconds?: number;
  /**
   * What tells access tokens from the server's other tokens, in its answer; of several, all. Marks of
   * claims that are optional, or must not be there, count beside `token_type`. `null` takes any token for an
   * access token.
   *
   * > [!WARNING]
   * > With `null`, a refresh token may pass for an access token.
   *
   * @default `token_type` must be there, and be `Bearer`: of refresh tokens servers do not say it
   * @see RFC 7662 section 2.2
   */
  readonly tokenUse?: TokenUseOptions | readonly TokenUseOptions[] | null;
  /**
   * Whether `username` says who is calling, where an answer has no `sub`.
   *
   * @default false
   */
  readonly usernameAsSubject?: boolean;
  /**
   * For how long an answer is remembered, in seconds: 0 to 300; never beyond `exp`. So long may a
   * revoked token still enter.
   *
   * @default 30
   */
  readonly maxAgeSeconds?: number;
  /**
   * How many tokens are remembered, 1 to 1000000.
   *
   * @default 10000
   */
  readonly maxEntries?: number;
  /** Where the answer says which roles, permissions, scopes and organization the caller has. */
  readonly claims?: IssuerOptions['claims'];
}

/** Tokens that say nothing by themselves. Exactly one of `introspection` and `resolve`. */
export interface OpaqueTokenOptions extends CredentialKindOptions, CredentialPlaces, Patience {
  /**
   * A scheme of `Authorization`.
   *
   * @default 'Bearer', where no other place is named
   */
  readonly scheme?: string;
  /** What the tokens begin with, or one of several such: others are left to other kinds. */
  readonly prefix?: string | readonly string[];
  /** Asks the authorization server that issued them. */
  readonly introspection?: IntrospectionOptions;
  /** Looks them up: personal access tokens, sessions. */
  readonly resolve?: IdentityResolver['resolve'] | Provided<IdentityResolver>;
}

/** Sessions: a cookie that the application can look up. */
export interface SessionOptions extends CredentialKindOptions, Patience {
  /** The name of the cookie. No cookie parser is needed. */
  readonly cookie: string;
  /** Looks the session up. */
  readonly resolve: IdentityResolver['resolve'] | Provided<IdentityResolver>;
}

/** User names and passwords (RFC 7617). Either `verify`, or `find` and `hasher`. */
export interface BasicOptions extends CredentialKindOptions, Patience {
  /** Tells whether they belong together. It must take as long for users that nobody knows. */
  readonly verify?: PasswordVerifier['verify'] | Provided<PasswordVerifier>;
  /** Finds a user; for one that nobody knows, a password is hashed all the same. */
  readonly find?: PasswordUsers['find'] | Provided<PasswordUsers>;
  readonly hasher?: PasswordHasher;
}

/** Tokens of another purpose than access, such as refresh tokens: they enter where `@Accepts` names them. */
export interface JwtOptions extends IssuerOptions, Omit<CredentialPlaces, 'header'> {
  /** What they are called: `refresh`. */
  readonly kind: string;
  /**
   * What tells them from other tokens before they are verified: where a handler accepts several kinds
   * of JWT, or none of this kind, a token that says so is taken for one of these. All of it.
   *
   * @default nothing: a token is taken for one of these where a handler accepts them
   */
  readonly recognizedBy?: TokenUseOptions | readonly TokenUseOptions[];
}

/** One more kind of credential, as one of the functions makes it. */
export type CredentialOption =
  | { readonly type: 'apiKey'; readonly options: ApiKeyOptions }
  | { readonly type: 'opaqueToken'; readonly options: OpaqueTokenOptions }
  | { readonly type: 'session'; readonly options: SessionOptions }
  | { readonly type: 'basic'; readonly options: BasicOptions }
  | { readonly type: 'jwt'; readonly options: JwtOptions };

/**
 * API keys: `apiKey({ keys })` with an `ApiKeys` of one's own, `apiKey({ prefix, find })` with a table,
 * `apiKey({ resolve })` for keys of another form. Found in `x-api-key`, unless another place is named.
 *
 * @publicApi
 */
export function apiKey(options: ApiKeyOptions): CredentialOption {
  return { type: 'apiKey', options };
}

/**
 * Opaque tokens: `opaqueToken({ introspection })` asks the server that issued them (RFC 7662),
 * `opaqueToken({ resolve })` looks them up. Found as `Authorization: Bearer`, unless another place is
 * named; what looks like a JWT, or begins as another kind does, is left to these.
 *
 * @publicApi
 */
export function opaqueToken(options: OpaqueTokenOptions): CredentialOption {
  return { type: 'opaqueToken', options };
}

/**
 * Sessions: `session({ cookie: 'sid', resolve })`.
 *
 * @publicApi
 */
export function session(options: SessionOptions): CredentialOption {
  return { type: 'session', options };
}

/**
 * User names and passwords, by `Authorization: Basic`.
 *
 * @see RFC 7617
 * @publicApi
 */
export function basic(options: BasicOptions): CredentialOption {
  return { type: 'basic', options };
}

/**
 * JWTs of another purpose: `jwt({ kind: 'refresh', issuer, audience, secret, tokenUse })`. They enter
 * only where `@Accepts('refresh')` says so, and access tokens do not enter there.
 *
 * @publicApi
 */
export function jwt(options: JwtOptions): CredentialOption {
  return { type: 'jwt', options };
}
