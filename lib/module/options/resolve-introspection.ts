import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { ownMembers } from '../../core/own-property.js';
import { parseTrustworthyAddress } from '../../endpoint/endpoint-address.js';
import { CachingIntrospectionVerifier } from '../../verification/introspection/caching-introspection-verifier.js';
import type { IntrospectionSettings } from '../../verification/introspection/introspection-settings.js';
import { IntrospectionVerifier } from '../../verification/introspection/introspection-verifier.js';
import type { MemorySettings } from '../../stores/short-memory.js';
import type { IntrospectionOptions, OpaqueTokenOptions } from './credential-options.js';
import { resolveKindOptions } from './kind-options.js';
import {
  assertCount,
  assertName,
  assertObject,
  assertSeconds,
  refuseUnknown,
  resolveBoolean,
} from './option-checks.js';
import { resolveAudience } from './resolve-audience.js';
import { resolveClaimMap } from './resolve-claim-map.js';
import { resolveOAuthClient } from './resolve-oauth-client.js';
import type { ResolvedCredential } from './resolved-credential.js';
import { schemeOf, type ResolvedPlace } from './resolve-places.js';
import { resolveTokenUse } from './resolve-token-use.js';
import type { TokenMark } from '../../verification/token-mark.js';

const KNOWN = [
  ...['issuer', 'endpoint', 'clientId', 'clientSecret', 'privateKey', 'keyId'],
  ...['clientAuthentication', 'audience', 'clockToleranceSeconds', 'tokenUse'],
  ...['usernameAsSubject', 'maxAgeSeconds', 'maxEntries', 'claims'],
];

/** Opaque tokens, and how they are asked about. */
interface IntrospectedTokens extends OpaqueTokenOptions {
  readonly introspection: IntrospectionOptions;
}

/** @throws {AuthConfigurationError} */
export function resolveIntrospection(
  option: string,
  { introspection, prefix, ...options }: IntrospectedTokens,
  places: readonly ResolvedPlace[],
): ResolvedCredential {
  const path = `${option}.introspection`;
  assertObject(path, introspection, 'Give an object with its options.');
  refuseUnknown(path, introspection, KNOWN);
  const given = ownMembers(introspection);
  const { kind, declaredOnly, timeoutMs } = resolveKindOptions(option, options, 'opaqueToken');
  const settings = { ...resolveSettings(path, given), timeoutMs };
  const memory = resolveMemory(path, given);
  const map = resolveClaimMap(`${path}.claims`, given.claims);
  return {
    kind,
    declaredOnly,
    places,
    scheme: schemeOf(places, 'Bearer'),
    prefix,
    claimMap: new Map([[settings.issuer, map]]),
    mayBeService: true,
    revocable: true,
    needs: [],
    makeVerifier: ({ clock, fetch, revocable }) => {
      const verifier = new IntrospectionVerifier({ kind, settings, clock, fetch, prefix });
      const isRemembered = memory.maxAgeMs > 0;
      return revocable(
        isRemembered
          ? new CachingIntrospectionVerifier({ verifier, clock, settings: memory })
          : verifier,
      );
    },
  };
}

function resolveSettings(
  option: string,
  given: IntrospectionOptions,
): Omit<IntrospectionSettings, 'timeoutMs'> {
  const { issuer, clockToleranceSeconds = 5 } = given;
  assertName(`${option}.issuer`, issuer, 'Name the issuer of the tokens.');
  assertSeconds(`${option}.clockToleranceSeconds`, clockToleranceSeconds, { min: 0, max: 300 });
  return {
    issuer,
    endpoint: resolveEndpoint(option, given),
    client: resolveOAuthClient(option, given),
    audience: resolveAudience(option, given),
    clockToleranceSeconds,
    ...resolveUse(option, given),
    namesUsers: resolveBoolean(`${option}.usernameAsSubject`, given.usernameAsSubject),
  };
}

function resolveUse(
  option: string,
  { tokenUse }: IntrospectionOptions,
): Pick<IntrospectionSettings, 'tokenUse' | 'demandsType'> {
  if (tokenUse === null) return { tokenUse: [], demandsType: false };
  const marks = resolveTokenUse(`${option}.tokenUse`, tokenUse);
  const cure =
    "Name a claim of the answer: { claim: 'token_use', value: 'access' }; leave it out, and token_type counts; or give null, where a server tells refresh tokens by nothing.";
  if (tokenUse !== undefined && marks.length === 0) {
    throw new AuthConfigurationError(`${option}.tokenUse`, 'is an empty list', cure);
  }
  if (marks.some(({ part }) => part === 'header')) {
    const problem = 'has a mark of the header, which no answer has';
    throw new AuthConfigurationError(`${option}.tokenUse`, problem, cure);
  }
  return { tokenUse: marks, demandsType: !marks.some(tells) };
}

/** What may be absent tells nothing where it is. */
function tells({ expected, isOptional }: TokenMark): boolean {
  return !isOptional && !('isThere' in expected && !expected.isThere);
}

function resolveMemory(option: string, given: IntrospectionOptions): MemorySettings {
  const { maxAgeSeconds = 30, maxEntries = 10_000 } = given;
  assertSeconds(`${option}.maxAgeSeconds`, maxAgeSeconds, { min: 0, max: 300 });
  assertCount(`${option}.maxEntries`, maxEntries);
  if (maxAgeSeconds === 0 && given.maxEntries !== undefined) {
    const cure = 'Leave it out, or give maxAgeSeconds.';
    throw new AuthConfigurationError(
      `${option}.maxEntries`,
      'means nothing with maxAgeSeconds 0',
      cure,
    );
  }
  return { maxAgeMs: maxAgeSeconds * 1000, maxEntries };
}

function resolveEndpoint(
  option: string,
  { issuer, endpoint }: IntrospectionOptions,
): URL | undefined {
  const name = endpoint === undefined ? 'issuer' : 'endpoint';
  const given: unknown = endpoint ?? issuer;
  const address = typeof given === 'string' ? parseTrustworthyAddress(given) : undefined;
  if (address) return endpoint === undefined ? undefined : address;
  throw new AuthConfigurationError(
    `${option}.${name}`,
    'is no https address',
    'Give the address of the authorization server, on https, or say by endpoint where it is asked; http is accepted on loopback only.',
  );
}
