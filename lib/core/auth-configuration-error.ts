/**
 * A mistake in the configuration, found before the first request.
 *
 * The message names the option, says what is wrong with it, and ends with the cure. It never holds
 * the value of a secret.
 */
export class AuthConfigurationError extends Error {
  /** Where the mistake is, as a path into the options (`issuers[0].audience`) or the name of a decorator. */
  readonly option: string;

  constructor(option: string, problem: string, cure: string) {
    super(`${option} ${problem}. ${cure}`);
    this.name = 'AuthConfigurationError';
    this.option = option;
  }
}
