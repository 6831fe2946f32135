import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { BasicVerifier } from '../../verification/basic/basic-verifier.js';
import { checkHashes, type PasswordCheck } from '../../verification/basic/password-check.js';
import type { PasswordHasher } from '../../verification/basic/password-hasher.js';
import type { BasicOptions, PasswordUsers, PasswordVerifier } from './credential-options.js';
import { identityClaims, KIND_OPTIONS, resolveKindOptions } from './kind-options.js';
import { refuseUnknown } from './option-checks.js';
import { resolvePort, type Container, type Port } from './ports.js';
import type { ResolvedCredential } from './resolved-credential.js';
import { resolvePlaces } from './resolve-places.js';

const CURE =
  'Give verify: (username, password) => identity or null; or find and hasher, with which unknown users take as long as known ones.';

/** @throws {AuthConfigurationError} */
export function resolveBasic(option: string, options: BasicOptions): ResolvedCredential {
  refuseUnknown(option, options, [...KIND_OPTIONS, 'verify', 'find', 'hasher']);
  const { kind, declaredOnly, timeoutMs } = resolveKindOptions(option, options, 'basic');
  const { check, needs, asked } = resolveCheck(option, options);
  return {
    kind,
    declaredOnly,
    places: resolvePlaces(option, { scheme: 'Basic' }),
    scheme: 'Basic',
    prefix: undefined,
    claimMap: identityClaims(kind),
    mayBeService: true,
    revocable: false,
    needs: needs ? [needs] : [],
    makeVerifier: ({ clock, container }) =>
      new BasicVerifier({ kind, clock, timeoutMs, asked, check: check(container) }),
  };
}

interface ResolvedCheck extends Pick<Port<object>, 'needs'> {
  /** What is asked, by its path. */
  readonly asked: string;
  readonly check: (container: Container) => PasswordCheck;
}

function resolveCheck(option: string, { verify, find, hasher }: BasicOptions): ResolvedCheck {
  const isVerified = verify !== undefined;
  const isHashed = find !== undefined || hasher !== undefined;
  if (isVerified === isHashed) {
    const problem = isVerified ? 'is given beside find or hasher' : 'is missing';
    throw new AuthConfigurationError(`${option}.verify`, problem, CURE);
  }
  return isVerified ? verifying(option, verify) : hashed(option, find, hasher);
}

function verifying(option: string, given: unknown): ResolvedCheck {
  const port = resolvePort<PasswordVerifier>(`${option}.verify`, given, 'verify');
  return {
    needs: port.needs,
    asked: `${option}.verify`,
    check:
      (container) =>
      ({ username, password }) =>
        port.in(container).verify(username, password),
  };
}

function hashed(option: string, find: unknown, hasher: PasswordHasher | undefined): ResolvedCheck {
  if (find === undefined || hasher === undefined) {
    const missing = find === undefined ? 'find' : 'hasher';
    throw new AuthConfigurationError(`${option}.${missing}`, 'is missing', CURE);
  }
  const users = resolvePort<PasswordUsers>(`${option}.find`, find, 'find');
  resolvePort<PasswordHasher>(`${option}.hasher`, hasher, 'hash');
  const hashes = resolvePort<PasswordHasher>(`${option}.hasher`, hasher, 'verify');
  return {
    needs: users.needs,
    asked: `${option}.find`,
    check: (container) =>
      checkHashes({
        find: (username) => users.in(container).find(username),
        hasher: hashes.in(container),
      }),
  };
}
