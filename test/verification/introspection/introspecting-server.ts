import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { AuthError } from '../../../lib/core/auth-error.js';
import { Concealed } from '../../../lib/core/concealed.js';
import { Credential } from '../../../lib/core/credential.js';
import type { CredentialVerifier } from '../../../lib/verification/credential-verifier.js';
import type { IntrospectionSettings } from '../../../lib/verification/introspection/introspection-settings.js';
import { answer, type Behaviour } from '../jwt/keys/faults.js';
import { FaultyIssuer, json } from '../jwt/keys/faulty-issuer.js';

export const AUDIENCE = 'api://orders';

/** Secrets with every character that a form, or the Basic scheme, treats in a way of its own. */
export const CLIENT = { id: 'orders:api', secret: 's:e+c&r=e%t ü' };

/** What the server was asked. */
export interface Asked {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An authorization server that introspects as a test says, on loopback. */
export class IntrospectingServer {
  readonly asked: Asked[] = [];
  /** What it does with a question, once it has read it. */
  behaviour: Behaviour;
  readonly #server: FaultyIssuer;

  private constructor(server: FaultyIssuer) {
    this.#server = server;
    this.behaviour = json(this.active());
    server.behaviour = (request, response) => {
      void text(request).then((body) => {
        this.asked.push({ method: request.method, headers: request.headers, body });
        this.behaviour(request, response);
      }, ignore);
    };
  }

  static async start(): Promise<IntrospectingServer> {
    return new IntrospectingServer(await FaultyIssuer.start());
  }

  get origin(): string {
    return this.#server.origin;
  }

  /** The tokens it was asked about, in order. */
  get tokens(): readonly (string | null)[] {
    return this.asked.map(({ body }) => new URLSearchParams(body).get('token'));
  }

  /** What it says of a good token. */
  active(more: object = {}): object {
    return {
      active: true,
      sub: 'ann',
      client_id: 'shop',
      aud: AUDIENCE,
      iss: this.origin,
      ...more,
    };
  }

  /** Answers about each token in a way of its own. */
  answerEach(say: (token: string) => unknown): void {
    this.behaviour = (request, response) => {
      answer(say(String(this.tokens.at(-1))))(request, response);
    };
  }

  settings(more: Partial<IntrospectionSettings> = {}): IntrospectionSettings {
    return {
      issuer: this.origin,
      endpoint: new URL(`${this.origin}/introspect`),
      client: {
        id: CLIENT.id,
        method: 'client_secret_basic',
        secret: new Concealed(CLIENT.secret),
      },
      audience: new Set([AUDIENCE]),
      clockToleranceSeconds: 5,
      tokenUse: [],
      namesUsers: false,
      demandsType: false,
      timeoutMs: 3000,
      ...more,
    };
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

export const presented = (token: string): Credential => new Credential('header', token);

/** Why a token is refused, or whose it is. */
export async function outcome(verifier: CredentialVerifier, token: string): Promise<unknown> {
  try {
    const { claims } = await verifier.verify(presented(token));
    return claims['sub'] ?? claims['client_id'];
  } catch (failure) {
    if (failure instanceof AuthError) return failure.reason;
    throw failure;
  }
}

/** The connection is gone: whoever asked does not wait for an answer. */
function ignore(): void {
  // Nothing is left to be done.
}
