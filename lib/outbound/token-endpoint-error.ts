/** What went wrong at a token endpoint: it did not answer, answered nonsense, or refused. */
export type TokenEndpointProblem =
  'token_endpoint_unavailable' | 'token_endpoint_invalid' | 'token_endpoint_rejected';

/**
 * What a failure is about, and so whom it concerns: our client, which is not known; the kind of grant,
 * which our client may not have; this one request; the server, which may be unwell; or others, whose
 * failures are why nobody was asked.
 */
export type FailureSubject = 'client' | 'grant' | 'request' | 'server' | 'others';

/** What is known of a failure beside its kind. */
interface TokenEndpointErrorOptions extends ErrorOptions {
  /** Default: `server`. */
  readonly about?: FailureSubject;
  /** How long it asked to be left alone, in milliseconds. */
  readonly pauseMs?: number;
  /** The error code of a refusal, where it is one that a standard has (RFC 6749 section 5.2, RFC 8693 section 2.2.2, OpenID Connect Core section 3.1.2.6). */
  readonly error?: string | undefined;
}

/** No token was granted. The message is made of constants, numbers and the address. */
export class TokenEndpointError extends Error {
  readonly problem: TokenEndpointProblem;
  readonly about: FailureSubject;
  readonly pauseMs: number;
  readonly error: string | undefined;

  constructor(problem: TokenEndpointProblem, message: string, options?: TokenEndpointErrorOptions) {
    super(message, options);
    this.name = 'TokenEndpointError';
    this.problem = problem;
    this.about = options?.about ?? 'server';
    this.pauseMs = options?.pauseMs ?? 0;
    this.error = options?.error;
  }
}

/** What is told of a token that cannot be had: whose it is, and what went wrong, in words of our own. */
export function detailOf(name: string, failure: unknown): string {
  return failure instanceof TokenEndpointError ? `${name}: ${failure.message}` : name;
}
