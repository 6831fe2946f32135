/** What is known of a failure beside its description. */
interface IssuerEndpointErrorOptions extends ErrorOptions {
  /** The status of an answer that was not 200. */
  readonly status?: number;
  /** The network failed, so asking again at once may succeed. */
  readonly isTransient?: boolean;
}

/**
 * The issuer did not answer, or not with what was asked for. The message is made of constants,
 * numbers and the address, without its query; of what was received, only the origin of an address that
 * is not followed.
 */
export class IssuerEndpointError extends Error {
  readonly status: number | undefined;
  readonly isTransient: boolean;

  constructor(endpoint: URL, problem: string, options?: IssuerEndpointErrorOptions) {
    super(`${endpoint.origin}${endpoint.pathname} ${problem}`, options);
    this.name = 'IssuerEndpointError';
    this.status = options?.status;
    this.isTransient = options?.isTransient ?? false;
  }
}

/**
 * Why an endpoint could not be asked, or its answer not be read.
 *
 * Node says so in a code of its own: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, …
 */
export function endpointError(endpoint: URL, failure: unknown): IssuerEndpointError {
  if (failure instanceof IssuerEndpointError) return failure;
  const { name, cause } = failure as { name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') {
    return new IssuerEndpointError(endpoint, 'did not answer in time', { cause: failure });
  }
  if (name === 'AbortError') {
    return new IssuerEndpointError(endpoint, 'is not asked any more', { cause: failure });
  }
  const why = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
  const options = { cause: failure, isTransient: true };
  return new IssuerEndpointError(endpoint, `could not be reached${why}`, options);
}
