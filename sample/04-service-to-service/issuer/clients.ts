import type { AdapterFactory, AdapterPayload } from 'oidc-provider';
import { DEMO_CLIENT_SECRET } from '../demo-values.js';
import { TOKEN_EXCHANGE } from './grant-types.js';

const MACHINE = { redirect_uris: [], response_types: [] };

/** The clients. An operator may disable one: it is unknown then, and gets no tokens. */
export class Clients {
  readonly #clients = new Map<string, AdapterPayload>([
    [
      'storefront',
      {
        ...MACHINE,
        client_id: 'storefront',
        client_secret: DEMO_CLIENT_SECRET,
        grant_types: ['client_credentials', TOKEN_EXCHANGE],
      },
    ],
    // Where users log in, which the sample leaves out.
    [
      'web-shop',
      { ...MACHINE, client_id: 'web-shop', token_endpoint_auth_method: 'none', grant_types: [] },
    ],
  ]);

  readonly #disabled = new Set<string>();

  find(id: string): AdapterPayload | undefined {
    return this.#disabled.has(id) ? undefined : this.#clients.get(id);
  }

  setDisabled(id: string, isDisabled: boolean): void {
    if (isDisabled) this.#disabled.add(id);
    else this.#disabled.delete(id);
  }

  /** Where the provider looks. It keeps nothing: there are no sessions, and its tokens are JWTs. */
  adapter(): AdapterFactory {
    const nothing = (): Promise<undefined> => Promise.resolve(undefined);
    return (model) => ({
      find: (id) => Promise.resolve(model === 'Client' ? this.find(id) : undefined),
      findByUid: nothing,
      findByUserCode: nothing,
      upsert: nothing,
      consume: nothing,
      destroy: nothing,
      revokeByGrantId: nothing,
    });
  }
}
