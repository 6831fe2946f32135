import type { ModuleRef } from '@nestjs/core';
import type { CredentialExtractor } from '../credential/credential-extractor.js';
import type { CredentialKind } from '../pipeline/credential-kind.js';
import type { CredentialVerifier } from '../verification/credential-verifier.js';
import { CachingJwtVerifier } from '../verification/jwt/caching-jwt-verifier.js';
import { JwtVerifier, type JwtVerifierSurroundings } from '../verification/jwt/jwt-verifier.js';
import type { DynamicIssuers } from '../verification/jwt/dynamic-issuers.js';
import { FixedIssuers, type IssuerRegistry } from '../verification/jwt/issuer-registry.js';
import type { JwksService } from '../verification/jwt/keys/jwks-service.js';
import { RevocableVerifier } from '../verification/revocation/revocable-verifier.js';
import { containerOf } from './options/ports.js';
import { JWT_KIND } from './options/resolve-credentials.js';
import type { ResolvedCredential } from './options/resolved-credential.js';
import type { ResolvedAuthOptions } from './options/resolve-options.js';
import { resolvePlaces, type ResolvedPlace } from './options/resolve-places.js';

/** What the kinds of credential of an application rest on. */
export interface KindParts {
  readonly options: ResolvedAuthOptions;
  readonly jwks: JwksService;
  readonly dynamicIssuers: DynamicIssuers;
  /** The keys of JWTs of another purpose, by what they are called. */
  readonly namedJwks: ReadonlyMap<string, JwksService>;
  readonly container: ModuleRef;
  readonly onFailure: (what: string, failure: unknown) => void;
}

/** Every kind of credential that the options name, in the order in which they are asked. */
export function credentialKindsOf(parts: KindParts): readonly CredentialKind[] {
  const { credentials, trustedOrigins } = parts.options;
  const extractors = new Map<string, CredentialExtractor>();
  const at = (place: ResolvedPlace): CredentialExtractor => {
    const extractor = extractors.get(place.name) ?? place.extractor(trustedOrigins);
    extractors.set(place.name, extractor);
    return extractor;
  };
  const issuers = registryOf(parts);
  const tokens = issuers ? [tokensOfIssuers(issuers, parts, at)] : [];
  const kinds = (having: (credential: ResolvedCredential) => boolean): readonly CredentialKind[] =>
    credentials.filter(having).map((each) => kindOf(each, parts, at));
  // What begins with something of its own is asked before what looks like a JWT, and that before the rest.
  return [
    ...kinds(({ prefix }) => prefix !== undefined),
    ...kinds(({ recognizedBy }) => recognizedBy !== undefined),
    ...tokens,
    ...kinds(({ issuer, recognizedBy }) => issuer !== undefined && recognizedBy === undefined),
    ...kinds(({ prefix, issuer }) => prefix === undefined && issuer === undefined),
  ];
}

type At = (place: ResolvedPlace) => CredentialExtractor;

/** Where no issuer is looked up, none has to be: then all that is asked is a map. */
function registryOf({ options, dynamicIssuers }: KindParts): IssuerRegistry | undefined {
  if (options.dynamicIssuers.isConfigured) return dynamicIssuers;
  return options.issuers.length === 0 ? undefined : new FixedIssuers(options.issuers);
}

function tokensOfIssuers(issuers: IssuerRegistry, parts: KindParts, at: At): CredentialKind {
  const { options, jwks } = parts;
  const cookies = options.cookie ? [options.cookie] : [];
  return {
    name: JWT_KIND,
    extractors: [...resolvePlaces(JWT_KIND, { scheme: 'Bearer' }), ...cookies].map(at),
    verifier: revocable(parts, jwtVerifier(parts, issuers, { jwks, kind: JWT_KIND })),
    scheme: 'Bearer',
    declaredOnly: false,
    look: JWT_KIND,
    mayBeService: true,
  };
}

function kindOf(credential: ResolvedCredential, parts: KindParts, at: At): CredentialKind {
  const { kind, places, scheme, declaredOnly, issuer, recognizedBy, mayBeService } = credential;
  const { namedJwks, options, container, onFailure } = parts;
  return {
    name: kind,
    extractors: places.map(at),
    verifier: credential.makeVerifier({
      clock: options.clock,
      fetch: options.fetch,
      container: containerOf(container),
      jwtVerifier: (each, name, recognizedBy) =>
        jwtVerifier(parts, new FixedIssuers([each]), {
          jwks: keysOf(namedJwks, name),
          kind: name,
          recognizedBy,
        }),
      revocable: (verifier) => revocable(parts, verifier),
      onFailure,
    }),
    scheme,
    declaredOnly,
    look: issuer && !recognizedBy ? JWT_KIND : kind,
    mayBeService,
  };
}

/** Never those of another kind, which may be of the same issuer. */
function keysOf(namedJwks: KindParts['namedJwks'], kind: string): JwksService {
  const jwks = namedJwks.get(kind);
  if (!jwks) throw new Error(`There are no keys for ${kind}`);
  return jwks;
}

function jwtVerifier(
  { options }: KindParts,
  issuers: IssuerRegistry,
  named: Omit<JwtVerifierSurroundings, 'clock'>,
): CredentialVerifier {
  const { clock, tokenCache: settings } = options;
  const { jwks } = named;
  const verifier = new JwtVerifier(issuers, { ...named, clock });
  return settings ? new CachingJwtVerifier({ verifier, jwks, clock, settings }) : verifier;
}

function revocable(
  { options, container }: KindParts,
  verifier: CredentialVerifier,
): CredentialVerifier {
  const { revocation } = options;
  if (!revocation) return verifier;
  return new RevocableVerifier({
    verifier,
    revocation: { isRevoked: (token) => revocation.in(containerOf(container)).isRevoked(token) },
    timeoutMs: LOOK_UP_MS,
  });
}

/** How long a store is waited for, in milliseconds. */
const LOOK_UP_MS = 3000;
