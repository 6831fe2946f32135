import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';

const CURE =
  'Give an https address; http is accepted on loopback only (127.0.0.1, [::1], localhost).';

/** That of a service, which may be told otherwise. */
const SERVICE_CURE = `${CURE} Inside a network that encrypts by itself, or that you trust with the token, say so: allowInsecure: true.`;

/**
 * An address that is asked for tokens.
 *
 * @returns `undefined` where none is given.
 * @throws {AuthConfigurationError} Which tells what is wrong with it, and quotes none of it.
 */
export function resolveAddress(option: string, given: unknown): URL | undefined {
  return given === undefined ? undefined : addressOf(option, given, { isOpen: false, cure: CURE });
}

/**
 * The address of a service.
 *
 * @param isOpen Whether http will do.
 * @throws {AuthConfigurationError} As above.
 */
export function resolveBaseUrl(option: string, given: unknown, isOpen: boolean): URL | undefined {
  return given === undefined ? undefined : addressOf(option, given, { isOpen, cure: SERVICE_CURE });
}

interface Demands {
  readonly isOpen: boolean;
  /** Of plain http. */
  readonly cure: string;
}

function addressOf(option: string, given: unknown, { isOpen, cure }: Demands): URL {
  const address = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined;
  // Of `billing:3000`, the host is taken for the scheme.
  if (!address || !/^[a-z][\w+.-]*:\/\//i.test(String(given))) {
    const problem = 'is no whole address, which begins with https://';
    throw new AuthConfigurationError(option, problem, CURE);
  }
  const fault = faultOf(address);
  if (fault) throw new AuthConfigurationError(option, fault, 'Leave that out.');
  if (parseTrustworthyAddress(address.href)) return address;
  if (address.protocol !== 'http:') {
    throw new AuthConfigurationError(option, 'is neither https nor http', CURE);
  }
  if (isOpen) return address;
  throw new AuthConfigurationError(option, 'is plain http beyond loopback', cure);
}

function faultOf({ username, password, href }: URL): string | undefined {
  if (username !== '' || password !== '') return 'has a user name or a password in it';
  if (href.includes('#')) return 'has a fragment (#)';
  return href.includes('?') ? 'has a query (?)' : undefined;
}
