import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clients } from './clients.js';
import type { Users } from './users.js';

/** What operators do, by `POST` with the key. A page in a browser cannot send its header. */
export class Admin {
  readonly key = randomUUID();
  readonly #actions: ReadonlyMap<string, (id: string) => void>;

  constructor(clients: Clients, users: Users) {
    this.#actions = new Map([
      [
        'disable-client',
        (id) => {
          clients.setDisabled(id, true);
        },
      ],
      [
        'enable-client',
        (id) => {
          clients.setDisabled(id, false);
        },
      ],
      [
        'revoke-tokens-of',
        (id) => {
          users.revokeTokens(id);
        },
      ],
    ]);
  }

  /** Whether a request is for us, and not for the provider. */
  serves({ url = '' }: IncomingMessage): boolean {
    return url.startsWith('/admin/');
  }

  /** `POST /admin/<action>/<id>` */
  handle({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const [, , action = '', id = ''] = url.split('/');
    const act = this.#actions.get(action);
    const isAllowed = headers['x-admin-key'] === this.key;
    if (isAllowed && method === 'POST') act?.(id);
    response.writeHead(isAllowed ? (act ? 204 : 404) : 403).end();
  }
}
