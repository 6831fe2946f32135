import type { Type } from '@nestjs/common';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { InvalidCredential } from '../../core/auth-error.js';
import type { ApiKeyStore } from '../../stores/api-key-store.js';
import { ApiKeyVerifier } from '../../verification/api-key/api-key-verifier.js';
import { ApiKeys } from '../../verification/api-key/api-keys.js';
import { assertPepperGiven, concealPepper } from '../../verification/api-key/digest-api-key.js';
import { assertApiKeyPrefix } from '../../verification/api-key/generate-api-key.js';
import { LastUse } from '../../verification/api-key/last-use.js';
import type { CredentialVerifier } from '../../verification/credential-verifier.js';
import { ResolverVerifier } from '../../verification/resolver-verifier.js';
import type { ApiKeyOptions, IdentityResolver } from './credential-options.js';
import { identityClaims, KIND_OPTIONS, resolveKindOptions } from './kind-options.js';
import { assertFunction, assertName, refuseUnknown } from './option-checks.js';
import { resolvePort } from './ports.js';
import type { ResolvedCredential, VerifierSurroundings } from './resolved-credential.js';
import { PLACES, resolvePlaces, schemeOf } from './resolve-places.js';

const SOURCES = ['keys', 'find', 'resolve'] as const;

const CURE =
  'Give keys: new ApiKeys({ prefix, store }), or prefix and find: (id) => record, or resolve: (key) => identity or null.';

/** @throws {AuthConfigurationError} */
export function resolveApiKey(option: string, options: ApiKeyOptions): ResolvedCredential {
  const known = [...KIND_OPTIONS, ...PLACES, ...SOURCES, 'prefix', 'pepper', 'onUsed'];
  refuseUnknown(option, options, known);
  const kindOptions = resolveKindOptions(option, options, 'apiKey');
  const { kind, declaredOnly } = kindOptions;
  const given = resolvePlaces(option, options);
  const places = given.length > 0 ? given : resolvePlaces(option, { header: 'x-api-key' });
  const scheme = schemeOf(places, 'ApiKey');
  const { prefix, needs, makeVerifier } = sourceOf(option, options, { ...kindOptions, scheme });
  return {
    kind,
    declaredOnly,
    places,
    scheme,
    prefix,
    claimMap: identityClaims(kind),
    mayBeService: false,
    revocable: false,
    needs: needs ? [needs] : [],
    keys: options.keys,
    makeVerifier,
  };
}

/** What fails without anybody waiting for it. */
const WRITING = 'Writing down that an API key was used';

interface Facts {
  readonly kind: string;
  readonly timeoutMs: number;
  readonly scheme: string;
}

interface Source {
  /** What a key begins with, separator included. */
  readonly prefix: string | undefined;
  readonly needs: Type | undefined;
  readonly makeVerifier: (surroundings: VerifierSurroundings) => CredentialVerifier;
}

function sourceOf(option: string, options: ApiKeyOptions, facts: Facts): Source {
  const [source, ...others] = SOURCES.filter((name) => options[name] !== undefined);
  if (source === undefined || others.length > 0) {
    const problem =
      source === undefined
        ? 'says nowhere where keys are known'
        : `has ${source} beside ${others.join()}`;
    throw new AuthConfigurationError(option, problem, CURE);
  }
  if (source === 'resolve') return resolved(option, options, facts);
  return source === 'keys' ? made(option, options, facts) : kept(option, options, facts);
}

/** Keys of another form, which the application looks up as they are. */
function resolved(option: string, options: ApiKeyOptions, facts: Facts): Source {
  refuseBeside(option, options, ['pepper', 'onUsed']);
  const { prefix } = options;
  if (prefix !== undefined) assertName(`${option}.prefix`, prefix, 'Give what keys begin with.');
  const port = resolvePort<IdentityResolver>(`${option}.resolve`, options.resolve, 'resolve');
  const { scheme, ...kindFacts } = facts;
  return {
    prefix,
    needs: port.needs,
    makeVerifier: ({ clock, container }) =>
      new ResolverVerifier({
        ...kindFacts,
        clock,
        prefix,
        standsFor: 'apiKey',
        asked: `${option}.resolve`,
        resolve: (value) => port.in(container).resolve(value),
        refuse: (why, detail) =>
          new InvalidCredential(`api_key_${why}`, { detail, schemes: [scheme] }),
      }),
  };
}

/** Keys that the module makes and keeps. */
function made(option: string, options: ApiKeyOptions, facts: Facts): Source {
  refuseBeside(option, options, ['prefix', 'pepper', 'onUsed']);
  const { keys } = options;
  if (!(keys instanceof ApiKeys)) {
    throw new AuthConfigurationError(`${option}.keys`, 'is no ApiKeys', CURE);
  }
  return {
    prefix: `${keys.prefix}_`,
    needs: undefined,
    makeVerifier: ({ clock, onFailure }) =>
      new ApiKeyVerifier({
        ...facts,
        prefix: keys.prefix,
        pepper: keys.pepper,
        clock,
        asked: `${option}.keys`,
        find: (id) => keys.find(id),
        lastUse: new LastUse({
          clock,
          write: (id, usedAt) => keys.markUsed(id, usedAt),
          onFailure: (failure) => {
            onFailure(WRITING, failure);
          },
        }),
      }),
  };
}

/** Keys that the module makes, and the application keeps. */
function kept(option: string, options: ApiKeyOptions, facts: Facts): Source {
  const { prefix, pepper, onUsed } = options;
  assertName(
    `${option}.prefix`,
    prefix,
    "Give the prefix that generateApiKey() was given: 'acme_live'.",
  );
  if (onUsed !== undefined) assertFunction(`${option}.onUsed`, onUsed);
  assertApiKeyPrefix(prefix, `${option}.prefix`);
  assertPepperGiven(options, `${option}.pepper`);
  const secret = concealPepper(pepper, `${option}.pepper`);
  const port = resolvePort<Pick<ApiKeyStore, 'find'>>(`${option}.find`, options.find, 'find');
  return {
    prefix: `${prefix}_`,
    needs: port.needs,
    makeVerifier: ({ clock, container, onFailure }) =>
      new ApiKeyVerifier({
        ...facts,
        prefix,
        pepper: secret,
        clock,
        asked: `${option}.find`,
        find: (id) => port.in(container).find(id),
        lastUse:
          onUsed &&
          new LastUse({
            clock,
            write: onUsed,
            onFailure: (failure) => {
              onFailure(WRITING, failure);
            },
          }),
      }),
  };
}

/** @throws {AuthConfigurationError} When something is said that only other keys have. */
function refuseBeside(
  option: string,
  options: ApiKeyOptions,
  others: readonly (keyof ApiKeyOptions)[],
): void {
  const other = others.find((name) => options[name] !== undefined);
  if (other === undefined) return;
  throw new AuthConfigurationError(
    `${option}.${other}`,
    `means nothing beside ${options.keys === undefined ? 'resolve' : 'keys'}`,
    'Leave it out.',
  );
}
