import { BadGatewayException, Injectable, Logger, NotFoundException } from '@nestjs/common';
import { AuthService, type CallAs } from 'nestjs-portcullis';

/** How long billing may take, in milliseconds. */
const TIMEOUT_MS = 3000;

/** Billing, as the storefront knows it. What it answers when it does not is the storefront's own. */
@Injectable()
export class BillingClient {
  readonly #logger = new Logger(BillingClient.name);

  constructor(private readonly auth: AuthService) {}

  /** A user's invoice, asked for in the user's name. */
  invoice(id: number): Promise<object> {
    return this.#get(`/invoices/${String(id)}`, 'on-behalf-of');
  }

  /** What the storefront is told as itself, whoever called it. */
  report(): Promise<object> {
    return this.#get('/reports/invoices', 'service');
  }

  async #get(path: string, as: CallAs): Promise<object> {
    const response = await this.#ask(path, as);
    if (response.ok) return (await response.json()) as object;
    await response.body?.cancel();
    if (response.status === 404) throw new NotFoundException();
    // A refusal of us is no refusal of the user, who would log in again for nothing.
    this.#logger.warn(`Billing answered ${String(response.status)}`);
    throw new BadGatewayException('Billing did not answer as expected.');
  }

  async #ask(path: string, as: CallAs): Promise<Response> {
    try {
      return await this.auth.fetch('billing', path, {
        as,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (failure) {
      // Where no token can be had, AuthService has said so already: 503 with Retry-After, or 403.
      if (!isOfNetwork(failure)) throw failure;
      this.#logger.warn(`Billing cannot be reached: ${failure.message}`);
      throw new BadGatewayException('Billing cannot be reached. Try again later.', {
        cause: failure,
      });
    }
  }
}

/** What `fetch` throws when nobody answers, or not in time. */
function isOfNetwork(failure: unknown): failure is Error {
  return (
    failure instanceof TypeError || (failure instanceof Error && failure.name === 'TimeoutError')
  );
}
