/**
 * The issuer did not answer, or not with what was asked for. The message is made of constants,
 * numbers and the address, without its query: nothing else that was received.
 */
export class IssuerEndpointError extends Error {
  constructor(endpoint: URL, problem: string, options?: ErrorOptions) {
    super(`${endpoint.origin}${endpoint.pathname} ${problem}`, options);
    this.name = 'IssuerEndpointError';
  }
}
