import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { errors, type Provider } from 'oidc-provider';
import { PEOPLE } from '../demo-values.js';
import { LOG_IN_HEADERS, LOG_IN_PAGE } from './log-in-page.js';

/** Where the issuer sends whoever wants to sign in: a button for each of the people. */
export class LogIn {
  constructor(private readonly provider: Provider) {}

  /** Whether a request is for us, and not for the provider. */
  serves({ url = '' }: IncomingMessage): boolean {
    return url.startsWith('/log-in/');
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      // There must be one: the provider knows it by a cookie.
      await this.provider.interactionDetails(request, response);
      if (request.method === 'POST') await this.#finish(request, response);
      else response.writeHead(200, LOG_IN_HEADERS).end(LOG_IN_PAGE);
    } catch (failure) {
      const isTheirs = failure instanceof errors.OIDCProviderError;
      const status = isTheirs ? failure.statusCode : 500;
      response.writeHead(status, { 'content-type': 'text/plain' }).end('Sign in from the page.');
    }
  }

  async #finish(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const accountId = new URLSearchParams(await text(request)).get('person') ?? '';
    if (!PEOPLE.has(accountId)) {
      response.writeHead(400, LOG_IN_HEADERS).end(LOG_IN_PAGE);
      return;
    }
    // Whoever chooses a name agrees that the page acts for them: a native client is asked for it each time.
    await this.provider.interactionFinished(request, response, {
      login: { accountId },
      consent: {},
    });
  }
}
