import { apiKey, type CredentialOption } from '../../module/options/credential-options.js';
import type {
  DiscoveredProvider,
  IdentityProvider,
} from '../../module/options/identity-provider.js';
import type { IssuerOptions } from '../../module/options/issuer-options.js';
import { discoverProject } from './discover-project.js';
import { resolveTesseral, type ResolvedTesseral } from './resolve-tesseral.js';
import { TesseralApiKeys } from './tesseral-api-keys.js';
import type { TesseralOptions } from './tesseral-options.js';
import { issuerOf, keysIn } from './tesseral-project.js';

/**
 * A project of Tesseral: `issuers: [tesseral({ publishableKey, projectId })]`. Its access tokens come as
 * `Authorization: Bearer` or in its cookie; their actions are permissions.
 *
 * @throws {AuthConfigurationError}
 * @publicApi
 */
export function tesseral(
  options: TesseralOptions & { readonly projectId: string },
): IdentityProvider;
export function tesseral(options: TesseralOptions): IdentityProvider | DiscoveredProvider;
export function tesseral(options: TesseralOptions): IdentityProvider | DiscoveredProvider {
  const resolved = resolveTesseral(options);
  const { projectId, configuration } = resolved;
  if (projectId !== undefined) return providerOf(projectId, resolved);
  return { discover: async () => providerOf(await discoverProject(configuration), resolved) };
}

function providerOf(projectId: string, resolved: ResolvedTesseral): IdentityProvider {
  return {
    issuers: [issuerOptions(projectId, resolved)],
    credentials: resolved.apiKeys ? [apiKeys(resolved.apiKeys)] : [],
  };
}

function issuerOptions(projectId: string, resolved: ResolvedTesseral): IssuerOptions {
  const { configuration, jwksRefreshSeconds: freshSeconds, hasCookie } = resolved;
  const { address, fetch } = configuration;
  const issuer = issuerOf(projectId);
  return {
    issuer,
    audience: issuer,
    algorithms: ['ES256'],
    jwksUri: address.href,
    keySet: {
      read: (document) => keysIn(document, projectId, configuration),
      ...(freshSeconds !== undefined && { freshSeconds }),
      ...(fetch && { fetch }),
    },
    ...(hasCookie && { cookie: `tesseral_${projectId}_access_token` }),
    claims: {
      roles: [],
      scopes: [],
      permissions: 'actions',
      organizationId: 'organization.id',
      actor: 'impersonator',
    },
  };
}

function apiKeys(resolved: NonNullable<ResolvedTesseral['apiKeys']>): CredentialOption {
  const { prefix, timeoutMs } = resolved;
  const keys = new TesseralApiKeys(resolved);
  return apiKey({
    scheme: 'Bearer',
    timeoutSeconds: timeoutMs / 1000,
    resolve: (key) => keys.resolve(key),
    ...(prefix !== undefined && { prefix }),
  });
}
