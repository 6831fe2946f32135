/** What is known of a failure beside its description. */
interface IssuerEndpointErrorOptions extends ErrorOptions {
  /** The status of an answer that was not 200. */
  readonly status?: number;
  /** The network failed, so asking again at once may succeed. */
  readonly isTransient?: boolean;
}

/**
 * The issuer did not answer, or not with what was asked for. The message is made of constants,
 * numbers and the address, without its query; of what was received, only the origin of a key set that
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
