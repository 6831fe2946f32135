/** The methods that change nothing (RFC 9110 section 9.2.1); TRACE reaches no handler. */
export const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'] as const;
