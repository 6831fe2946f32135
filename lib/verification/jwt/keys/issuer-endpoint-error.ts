/**
 * The issuer did not answer, or not with what was asked for. The message is made of constants,
 * numbers and the configured address: nothing that was received.
 */
export class IssuerEndpointError extends Error {
  constructor(endpoint: URL, problem: string, options?: ErrorOptions) {
    super(`${endpoint.href} ${problem}`, options);
    this.name = 'IssuerEndpointError';
  }
}
