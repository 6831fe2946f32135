import {
  BadGatewayException,
  type HttpException,
  Injectable,
  Logger,
  NotFoundException,
} from '@nestjs/common';
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
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await this.auth.fetch('billing', path, { as, signal });
      if (response.ok) return (await response.json()) as object;
      await response.body?.cancel();
      throw this.#refusal(response.status);
    } catch (failure) {
      // Where no token can be had, AuthService has said so already: 503 with Retry-After, or 403.
      if (!isOfBilling(failure)) throw failure;
      this.#logger.warn(`Billing gave no answer: ${failure.name}`);
      throw new BadGatewayException('Billing cannot be reached. Try again later.', {
        cause: failure,
      });
    }
  }

  #refusal(status: number): HttpException {
    if (status === 404) return new NotFoundException();
    // Passed on, a 401 would tell users that it is they who are refused: they would log in again for nothing.
    this.#logger.warn(`Billing answered ${String(status)}`);
    return new BadGatewayException('Billing did not answer as expected.');
  }
}

/** What is thrown when nobody answers, or not in time, or nonsense. */
function isOfBilling(failure: unknown): failure is Error {
  return (
    failure instanceof TypeError ||
    failure instanceof SyntaxError ||
    (failure instanceof Error && failure.name === 'TimeoutError')
  );
}
