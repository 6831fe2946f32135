import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { authOf } from '../../context/request-auth.js';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { Forbidden, type AuthError } from '../../core/auth-error.js';
import { isSameCaller, type AuthenticatedPrincipal } from '../../core/principal.js';
import type { Admission, Connections } from './connections.js';
import { sessionOf, type SocketSession } from './socket-session.js';

const connectionsOf = new WeakMap<ApplicationConfig, Connections>();

export function rememberConnections(config: ApplicationConfig, connections: Connections): void {
  connectionsOf.set(config, connections);
}

/**
 * The sockets that are open: a provider that an application lists among its own, where it gives them
 * other credentials.
 *
 * @publicApi
 */
@Injectable()
export class WebSocketSessions {
  readonly #config: ApplicationConfig;

  constructor(@Inject(ApplicationConfig) config: ApplicationConfig) {
    this.#config = config;
  }

  /**
   * Puts another token in the place of the credential that a socket was connected with: before that
   * expires, or to sign in on a socket that anybody may open. Messages that are under way keep theirs.
   *
   * To be called by a handler of the application, to which the client sends the token.
   *
   * @param client The socket, as Nest passes it.
   * @param token Without `Bearer`.
   * @throws {WsException} When the token is refused; when it is somebody else's than the one before, of
   *   another issuer, in another organization, or with another actor. The socket stays as it is.
   * @throws {AuthConfigurationError} When it is no socket of a gateway.
   */
  async reauthenticate(client: object, token: string): Promise<AuthenticatedPrincipal> {
    const session = sessionOf(client);
    if (!session) throw noSocket();
    const request = session.request.withToken(typeof token === 'string' ? token : '');
    const admission = await this.#connections.authenticate(session, request);
    const { principal } = admission;
    const refuse = (detail: string): Error =>
      refused(admission, new Forbidden('policy_denied', { detail }));
    if (!principal || principal.kind === 'anonymous') throw refuse('a token');
    if (!isSame(session, principal)) throw refuse('a token of the same caller');
    if (!session.isOpen) throw refuse('an open socket');
    session.establish(principal, request);
    admission.show();
    return principal;
  }

  get #connections(): Connections {
    const connections = connectionsOf.get(this.#config);
    if (connections) return connections;
    throw new AuthConfigurationError(
      'WebSocketSessions',
      'is used where no gateway is served',
      'Add transports: [webSockets()] to the options.',
    );
  }
}

/** Who was nobody may become anybody. */
function isSame({ principal: before }: SocketSession, after: AuthenticatedPrincipal): boolean {
  return !before || before.kind === 'anonymous' || isSameCaller(before, after);
}

function refused({ exchange }: Admission, failure: AuthError): Error {
  return authOf(exchange)?.refuse(failure) ?? failure;
}

function noSocket(): AuthConfigurationError {
  return new AuthConfigurationError(
    'WebSocketSessions.reauthenticate()',
    'is given what is no socket of a gateway',
    'Give it the client that @ConnectedSocket() passes, and add transports: [webSockets()] to the options.',
  );
}
