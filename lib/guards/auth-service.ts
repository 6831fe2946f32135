import { contextHeadersOf, type ContextHeaderOptions } from '../context/context-headers.js';
import { currentAuth, currentScope } from '../context/current-request.js';
import type { ForwardedContext } from '../context/forwarded-context.js';
import type { RequestAuth } from '../context/request-auth.js';
import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import {
  AuthError,
  Forbidden,
  InvalidCredential,
  MissingCredential,
  NotAnAccessToken,
} from '../core/auth-error.js';
import type { Claims } from '../core/claims.js';
import { Concealed } from '../core/concealed.js';
import type { Clock } from '../core/clock.js';
import type { Credential } from '../core/credential.js';
import { OutsideRequestError } from '../core/outside-request-error.js';
import { ownMembers } from '../core/own-property.js';
import { credentialOf, type Principal } from '../core/principal.js';
import { refuseUnknown } from '../decorators/known-options.js';
import { owns, type OwnershipOptions } from '../decorators/policy-rules.js';
import { attachAxios, type AxiosClient } from '../outbound/axios-client.js';
import type { SubjectToken } from '../outbound/exchanged-tokens.js';
import {
  bearer,
  sendWithToken,
  type CallAs,
  type CallToken,
  type OutgoingCall,
} from '../outbound/outgoing-call.js';
import type { Service } from '../outbound/service.js';
import type { Services } from '../outbound/services.js';
import { statedPurpose, type StatedPurpose, type TokenPurpose } from '../outbound/token-purpose.js';
import { callsOf, type CredentialOwner } from '../transports/credential-owner.js';
import type { LastingCalls } from '../transports/lasting-calls.js';

/** What the service rests on. */
export interface AuthServiceParts {
  readonly services: Services;
  readonly clock: Clock;
  /** Whether requests are at hand at all. */
  readonly keepsRequests: boolean;
  /** What goes on after it was let in. */
  readonly lasting: LastingCalls;
}

/**
 * Who is calling, from anywhere: inject it into any singleton. Every method is about the request on
 * whose behalf it is called, and throws {@link OutsideRequestError} outside of one.
 *
 * @publicApi
 */
export class AuthService {
  readonly #services: Services;
  readonly #clock: Clock;
  readonly #keepsRequests: boolean;
  readonly #lasting: LastingCalls;

  /** @internal */
  constructor({ services, clock, keepsRequests, lasting }: AuthServiceParts) {
    this.#services = services;
    this.#clock = clock;
    this.#keepsRequests = keepsRequests;
    this.#lasting = lasting;
  }

  /**
   * Who is calling; somebody anonymous where that is let in.
   *
   * @throws {OutsideRequestError} Outside of a request.
   * @throws {UnauthorizedException} Where a public handler lets in whomever.
   */
  principal(): Principal {
    return this.#principalFor('principal()');
  }

  /** Who is calling; `undefined` where nobody is known, and outside of a request. */
  tryPrincipal(): Principal | undefined {
    return currentAuth()?.principal;
  }

  /**
   * The organization (tenant) the caller acts in.
   *
   * @throws {ForbiddenException} When there is none.
   */
  organizationId(): string {
    const { organizationId } = this.#principalFor('organizationId()');
    if (organizationId !== undefined) return organizationId;
    const detail = 'AuthService.organizationId()';
    throw this.#authFor('organizationId()').refuse(new Forbidden('missing_value', { detail }));
  }

  /**
   * Everything the access token says, deeply frozen.
   *
   * @throws {ForbiddenException} When the caller has no access token but an API key, a session or a
   *   password: its cause is a {@link NotAnAccessToken}.
   */
  claims(): Claims {
    return this.#claimsFor('claims()');
  }

  /**
   * What the caller presented, for passing it on: its text is `value`, and shows in no log or JSON.
   *
   * @throws {UnauthorizedException} When nothing was presented.
   */
  credentials(): Credential {
    return this.#credentialFor('credentials()');
  }

  /** What kind of credential that is, as it is called in the configuration: `jwt`, `apiKey`; `undefined` for none. */
  get credentialKind(): string | undefined {
    return this.#principalFor('credentialKind').credentialKind;
  }

  /** Whether the caller has a permission: compared exactly, no wildcards. */
  hasPermission(name: string): boolean {
    return this.#principalFor('hasPermission()').permissions.has(name);
  }

  /** Whether the caller has a role: compared exactly. */
  hasRole(name: string): boolean {
    return this.#principalFor('hasRole()').roles.has(name);
  }

  /** Whether the caller's token has a scope: compared exactly. */
  hasScope(name: string): boolean {
    return this.#principalFor('hasScope()').scopes.has(name);
  }

  /**
   * That the caller owns something that is loaded already: `auth.assertOwner(document)`.
   *
   * @throws {ForbiddenException} When not.
   * @throws {AuthConfigurationError} When an option is none.
   */
  assertOwner<T extends object>(resource: T, options: OwnershipOptions<T> = {}): void {
    if (owns(this.#principalFor('assertOwner()'), resource, options)) return;
    const detail = 'AuthService.assertOwner()';
    throw this.#authFor('assertOwner()').refuse(new Forbidden('policy_denied', { detail }));
  }

  /**
   * What the request is called: as the client said in `X-Request-ID`, where that is 8 to 128 letters,
   * digits and `._:-`, or a UUID. The answer has it from then on, and {@link fetch} sends it along.
   */
  requestId(): string {
    const scope = currentScope();
    if (scope) return scope.requestId();
    throw this.#outside('requestId()');
  }

  /**
   * Who is calling, in headers for a service that trusts this one and cannot verify tokens itself:
   * `User-ID`, `Organization-ID`, `Auth-Status` and others, and what `@ContextHeaders` adds. What clients
   * send under these names never gets there.
   *
   * @throws {OutsideRequestError} Outside of a request.
   * @throws {AuthConfigurationError} When an option is none.
   */
  contextHeaders(options: ContextHeaderOptions = {}): Readonly<Record<string, string>> {
    refuseUnknown('AuthService.contextHeaders()', options, ['email', 'expiry']);
    const { principal, request, contextHeaders } = this.#authFor('contextHeaders()');
    const facts = {
      principal,
      requestId: this.requestId(),
      beganAt: currentScope()?.beganAt ?? this.#clock(),
      clientIp: request.remoteAddress,
      userAgent: request.header('user-agent')[0],
      constants: contextHeaders,
      now: this.#clock(),
    };
    return contextHeadersOf(facts, ownMembers(options));
  }

  /**
   * What a trusted service (`context.trustedServices`) says of its own caller; `undefined` for everybody
   * else, and where it says nothing. It is the word of that service, which no token proves: it never becomes
   * the principal, and meets no `@Roles`.
   *
   * @throws {OutsideRequestError} Outside of a request.
   */
  forwardedContext(): ForwardedContext | undefined {
    return this.#authFor('forwardedContext()').forwardedContext;
  }

  /**
   * A token of our own for a service of the option `services`, by client credentials (RFC 6749 section
   * 4.4): obtained once however many ask, held for as long as it lives, and renewed before it expires.
   * It needs no request.
   *
   * @param purpose What differs from what is configured: `scope` (separated by spaces, or a list),
   *   `audience`, `resource`.
   * @throws {AuthConfigurationError} When it is none.
   * @throws {AuthUnavailable} When none can be had; within a request, a 503 with `Retry-After`.
   * @throws {RangeError} When no such service is configured.
   */
  async serviceToken(service: string, purpose: TokenPurpose = {}): Promise<string> {
    const stated = statedPurpose('AuthService.serviceToken()', purpose);
    const called = this.#services.of(service);
    const { token } = await inRequest(ownToken(called, stated));
    return token.reveal();
  }

  /**
   * The caller's token exchanged for one that the service accepts, in which we are the actor (RFC 8693).
   * It is remembered for as long as both hold.
   *
   * @throws {ForbiddenException} When the server does not exchange it, or the caller has no token.
   * @throws {ServiceUnavailableException} When nobody can tell.
   * @throws {OutsideRequestError} Outside of a request.
   * @throws {RangeError} When no such service is configured.
   */
  async exchange(service: string): Promise<string> {
    const { token } = await this.#tokenFor(service, 'on-behalf-of', 'exchange()');
    return token.reveal();
  }

  /**
   * Calls a service: `fetch('billing', '/invoices', { as: 'on-behalf-of' })`. The token is our own
   * (`service`), the caller's as it is (`user`), or the caller's exchanged (`on-behalf-of`). Where it is
   * not accepted (401 `invalid_token`), another one is obtained and the request sent once more; where none
   * can be had, that answer is the answer. No redirect is followed. `signal` ends waiting for a token, too. Within a request, its id is sent as `X-Request-ID`.
   *
   * It is sent as the option `fetch` of the module says, or as the runtime does.
   *
   * @param path Below the `baseUrl` of the service; it cannot lead elsewhere.
   * @throws As {@link serviceToken} and {@link exchange} do; whatever `fetch` throws.
   */
  async fetch(service: string, path: string, { as, ...init }: OutgoingCall): Promise<Response> {
    const called = this.#services.of(service);
    const address = called.address(path);
    const tokenOf = (): Promise<CallToken> => this.#tokenFor(service, as, 'fetch()');
    const requestId = currentScope()?.requestId();
    return sendWithToken(address, init, { tokenOf, requestId, fetch: called.fetch });
  }

  /**
   * Has an instance of axios call one service, and nothing else: each of its requests is sent with a
   * token as {@link fetch} sends it, on behalf of whoever is calling at that time, and rejected where it
   * leads out of the service's `baseUrl`, which is also where its paths begin. Errors and answers show no
   * token to whoever logs them.
   *
   * @param axios One of its own: `axios.create()`, or `httpService.axiosRef` of `HttpModule.register({})`.
   * @returns The same.
   * @throws {AuthConfigurationError} When it is none, or is attached to something else already.
   * @throws {RangeError} When no such service is configured, or it has no `baseUrl`.
   */
  attach<Client extends AxiosClient>(
    axios: Client,
    service: string,
    options: { readonly as: CallAs },
  ): Client {
    refuseUnknown('AuthService.attach()', options, ['as']);
    const { as } = options;
    const called = this.#services.of(service);
    assertCallable(called, as);
    if (as !== 'service' && !this.#keepsRequests) throw this.#outside('attach()');
    attachAxios(axios, {
      service: called,
      as,
      tokenOf: () => this.#tokenFor(service, as, 'attach()'),
      requestId: () => currentScope()?.requestId(),
    });
    return axios;
  }

  /**
   * The headers with which to call a service by other means than {@link fetch}: `authorization`, and
   * `x-request-id` within a request.
   *
   * @param address Where they will be sent: below the `baseUrl` of the service.
   */
  async headers(
    service: string,
    { as, address }: { readonly as: CallAs; readonly address: string },
  ): Promise<Readonly<Record<string, string>>> {
    this.#services.of(service).assertOwn(address);
    return this.#headersFor(service, as, 'headers()');
  }

  /**
   * The headers with which to send a message, or to call gRPC: `authorization`, and within a request its
   * id as `x-request-id`. They are for this one message. `withHeaders` of `nestjs-portcullis/rpc` puts them into it.
   *
   * @param service One with `messages: true`, for nobody can tell where its client is connected.
   * @throws As {@link serviceToken} and {@link exchange} do.
   */
  async messageHeaders(
    service: string,
    { as }: { readonly as: CallAs },
  ): Promise<Readonly<Record<string, string>>> {
    this.#services.of(service).assertMessages();
    return this.#headersFor(service, as, 'messageHeaders()');
  }

  /**
   * Ends what goes on for somebody in this process: sockets, GraphQL's connections and subscriptions, and
   * the answers that `streams.endWithCredential` names. For credentials that were revoked elsewhere than on
   * the {@link RevocationList} that the options name, which ends them by itself; other processes are told by
   * the application. It revokes nothing: whoever holds the credential may begin anew. It needs no request.
   *
   * @returns How many: a connection of GraphQL and its subscriptions are one each.
   * @throws {TypeError} When neither a subject, a session nor a token is named, or something unknown is.
   */
  disconnect(owner: CredentialOwner): number {
    const revoked = new InvalidCredential('token_revoked');
    return callsOf(owner, this.#lasting).filter((each) => this.#lasting.end(each, revoked)).length;
  }

  async #headersFor(
    service: string,
    as: CallAs,
    call: string,
  ): Promise<Readonly<Record<string, string>>> {
    const { token } = await this.#tokenFor(service, as, call);
    const requestId = currentScope()?.requestId();
    return {
      authorization: bearer(token),
      ...(requestId !== undefined && { 'x-request-id': requestId }),
    };
  }

  /** @param call What was called, for whoever called it outside of a request. */
  async #tokenFor(service: string, as: CallAs, call: string): Promise<CallToken> {
    const called = this.#services.of(service);
    switch (as) {
      case 'service':
        return inRequest(ownToken(called));
      case 'user': {
        const { value } = this.#forwardable(call);
        return { token: new Concealed(value), reject: () => false };
      }
      case 'on-behalf-of':
        return inRequest(exchangedToken(called, this.#forwardable(call)));
      default:
        throw onNobodysBehalf();
    }
  }

  /** A key or a session is for us alone. */
  #forwardable(call: string): SubjectToken {
    const { issuer, subject, expiresAt } = this.#principalFor(call);
    this.#claimsFor(call);
    const owner = JSON.stringify([issuer, subject]);
    return { value: this.#credentialFor(call).value, expiresAt, owner };
  }

  #principalFor(call: string): Principal {
    const auth = this.#authFor(call);
    if (auth.principal) return auth.principal;
    throw auth.refuse(new MissingCredential('missing_credentials'));
  }

  #claimsFor(call: string): Claims {
    const principal = this.#principalFor(call);
    // What was looked up vouches for itself, under the name of its kind.
    const isToken = principal.kind !== 'anonymous' && principal.issuer !== principal.credentialKind;
    if (isToken) return principal.claims;
    throw this.#authFor(call).refuse(new NotAnAccessToken());
  }

  #credentialFor(call: string): Credential {
    const credential = credentialOf(this.#principalFor(call));
    if (credential) return credential;
    throw this.#authFor(call).refuse(new MissingCredential('missing_credentials'));
  }

  /**
   * @throws {OutsideRequestError} Outside of a request.
   * @throws {AuthConfigurationError} Where no guard of ours has seen it.
   */
  #authFor(call: string): RequestAuth {
    const auth = currentAuth();
    if (auth) return auth;
    if (!currentScope()) throw this.#outside(call);
    throw new AuthConfigurationError(
      `AuthService.${call}`,
      'is called where AuthGuard did not run',
      'Call it in a handler or what a handler calls, and not in middleware; import AuthModule with `global: true` (the default), or add @UseGuards(AuthGuard, RolesGuard) to the controller.',
    );
  }

  #outside(call: string): OutsideRequestError {
    return new OutsideRequestError(`AuthService.${call}`, this.#keepsRequests);
  }
}

async function ownToken(service: Service, purpose: StatedPurpose = {}): Promise<CallToken> {
  const { credentials, name } = service;
  if (!credentials) throw withoutTokens(name);
  const granted = await credentials.token(purpose);
  return { token: granted.token, reject: () => credentials.reject(granted, purpose) };
}

async function exchangedToken(service: Service, subject: SubjectToken): Promise<CallToken> {
  const { exchanged, name } = service;
  if (!exchanged) throw withoutTokens(name);
  const granted = await exchanged.token(subject);
  return { token: granted.token, reject: () => exchanged.reject(subject, granted) };
}

/** @throws {RangeError} When nothing could ever be sent so. */
function assertCallable({ credentials, name }: Service, as: CallAs): void {
  if (!['service', 'user', 'on-behalf-of'].includes(as)) throw onNobodysBehalf();
  if (as !== 'user' && !credentials) throw withoutTokens(name);
}

function onNobodysBehalf(): RangeError {
  return new RangeError("Say on whose behalf: as: 'service', 'user' or 'on-behalf-of'");
}

function withoutTokens(service: string): RangeError {
  return new RangeError(
    `services.${service} has no issuer and no clientId to get tokens with. Give it both, or call it with as: 'user'.`,
  );
}

/** What is refused within a request is answered as a guard would answer it. */
async function inRequest<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (failure) {
    throw failure instanceof AuthError ? (currentAuth()?.refuse(failure) ?? failure) : failure;
  }
}
