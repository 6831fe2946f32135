import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { InvalidCredential } from '../../core/auth-error.js';
import { ResolverVerifier } from '../../verification/resolver-verifier.js';
import type { IdentityResolver, OpaqueTokenOptions, SessionOptions } from './credential-options.js';
import { identityClaims, KIND_OPTIONS, resolveKindOptions } from './kind-options.js';
import { assertName, refuseUnknown } from './option-checks.js';
import { resolvePort, type Port } from './ports.js';
import type { ResolvedCredential } from './resolved-credential.js';
import { resolveIntrospection } from './resolve-introspection.js';
import { PLACES, resolvePlaces, schemeOf, type ResolvedPlace } from './resolve-places.js';

const CURE =
  'Give introspection: { issuer, clientId, clientSecret, audience }, or resolve: (token) => identity or null.';

/** @throws {AuthConfigurationError} */
export function resolveOpaqueToken(
  option: string,
  options: OpaqueTokenOptions,
): ResolvedCredential {
  const known = [...KIND_OPTIONS, ...PLACES, 'prefix', 'introspection', 'resolve'];
  refuseUnknown(option, options, known);
  const { prefix, introspection, resolve } = options;
  if ((introspection === undefined) === (resolve === undefined)) {
    const problem = resolve === undefined ? 'is missing' : 'is given beside introspection';
    throw new AuthConfigurationError(`${option}.resolve`, problem, CURE);
  }
  if (prefix !== undefined) assertPrefixes(`${option}.prefix`, prefix);
  const given = resolvePlaces(option, options);
  const places = given.length > 0 ? given : resolvePlaces(option, { scheme: 'Bearer' });
  return introspection === undefined
    ? resolving({ option, options, name: 'opaqueToken', places })
    : resolveIntrospection(option, { ...options, introspection }, places);
}

function assertPrefixes(option: string, given: unknown): void {
  const all: readonly unknown[] = [given].flat();
  const cure = 'Give what the tokens begin with.';
  for (const each of all.length > 0 ? all : [undefined]) assertName(option, each, cure);
}

/** @throws {AuthConfigurationError} */
export function resolveSession(option: string, options: SessionOptions): ResolvedCredential {
  refuseUnknown(option, options, [...KIND_OPTIONS, 'cookie', 'resolve']);
  const { cookie } = options;
  assertName(`${option}.cookie`, cookie, "Name the cookie that holds the session: cookie: 'sid'.");
  const places = resolvePlaces(option, { cookie });
  return resolving({ option, options, name: 'session', places });
}

interface Resolving {
  readonly option: string;
  readonly options: OpaqueTokenOptions | SessionOptions;
  readonly name: string;
  readonly places: readonly ResolvedPlace[];
}

function resolving({ option, options, name, places }: Resolving): ResolvedCredential {
  const kindOptions = resolveKindOptions(option, options, name);
  const port: Port<IdentityResolver> = resolvePort(`${option}.resolve`, options.resolve, 'resolve');
  const prefix = 'prefix' in options ? options.prefix : undefined;
  const { kind, declaredOnly, timeoutMs } = kindOptions;
  const scheme = schemeOf(places, 'Bearer');
  return {
    kind,
    declaredOnly,
    places,
    scheme,
    prefix,
    claimMap: identityClaims(kind),
    mayBeService: true,
    revocable: false,
    needs: port.needs ? [port.needs] : [],
    makeVerifier: ({ clock, container }) =>
      new ResolverVerifier({
        kind,
        clock,
        timeoutMs,
        prefix,
        asked: `${option}.resolve`,
        resolve: (value) => port.in(container).resolve(value),
        refuse: (why, detail) =>
          new InvalidCredential(why === 'expired' ? 'token_expired' : 'token_inactive', {
            detail,
            schemes: [scheme],
          }),
      }),
  };
}
