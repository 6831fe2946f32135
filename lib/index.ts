export { AuthModule } from './module/auth.module.js';
export type {
  AuthModuleOptions,
  AuthOptionsFactory,
  CookieOptions,
  ErrorOptions,
  KeySetOptions,
  PrincipalOptions,
  TokenCacheOptions,
} from './module/options/auth-options.js';
export type { StreamOptions } from './module/options/stream-options.js';
export type {
  PolicyOptions,
  ReportOptions,
  RoleOptions,
} from './module/options/authorization-options.js';
export type { ContextOptions, TrustedServiceOptions } from './module/options/context-options.js';
export type { TenantOptions, TenantSource } from './module/options/tenant-options.js';
export type { TenantValidator } from './pipeline/tenancy.js';
export type { Impersonation } from './policy/impersonation.js';
export type {
  DynamicIssuerOptions,
  FoundIssuer,
  IssuerResolver,
} from './module/options/dynamic-issuer-options.js';
export type {
  IssuerKeySetOptions,
  IssuerOptions,
  TokenUseOptions,
} from './module/options/issuer-options.js';
export type { Fetch } from './endpoint/fetch.js';
export type { KeySetReader } from './verification/jwt/keys/key-set-endpoint.js';
export type {
  DiscoveredProvider,
  IdentityProvider,
  IssuerEntry,
} from './module/options/identity-provider.js';
export type { AudienceRule } from './verification/registered-claims.js';
export {
  apiKey,
  basic,
  jwt,
  opaqueToken,
  session,
  type ApiKeyOptions,
  type BasicOptions,
  type CredentialKindOptions,
  type CredentialOption,
  type CredentialPlaces,
  type Found,
  type IdentityResolver,
  type IntrospectionOptions,
  type JwtOptions,
  type OpaqueTokenOptions,
  type PasswordUsers,
  type PasswordVerifier,
  type Provided,
  type SessionOptions,
} from './module/options/credential-options.js';
export type { AuthRequest } from './core/auth-request.js';
export type { MaybePromise } from './core/maybe-promise.js';
export type { Identity } from './verification/identity.js';
export type { PasswordHasher } from './verification/basic/password-hasher.js';
export type { PasswordIdentity } from './verification/basic/password-check.js';
export {
  ApiKeys,
  type ApiKeyRotation,
  type ApiKeysSettings,
} from './verification/api-key/api-keys.js';
export type { IssuedApiKey } from './verification/api-key/issued-api-key.js';
export type { ApiKeyEnd, NewApiKey } from './verification/api-key/new-api-key.js';
export type { Pepper } from './verification/api-key/digest-api-key.js';
export {
  generateApiKey,
  type ApiKeyForm,
  type GeneratedApiKey,
} from './verification/api-key/generate-api-key.js';
export { MemoryApiKeyStore } from './stores/memory-api-key-store.js';
export type { ApiKeyChange, ApiKeyRecord, ApiKeyStore } from './stores/api-key-store.js';
export {
  RevocationList,
  type RevocationListOptions,
} from './verification/revocation/revocation-list.js';
export type { RevocableCredential, Revocation } from './verification/revocation/revocation.js';
export type { KeyValueStore } from './stores/key-value-store.js';
export { MemoryKeyValueStore } from './stores/memory-key-value-store.js';
export { StoreUnavailable } from './stores/store-unavailable.js';
export { UserCache } from './principal/user-cache.js';
export type { UserAuthorities, UserLoader } from './principal/user-attacher.js';
export { authOptionsFromEnv } from './environment/auth-options-from-env.js';
export type { Environment } from './core/environment.js';

export { auth0, type Auth0Options } from './providers/auth0.js';
export { betterAuth, type BetterAuthOptions } from './providers/better-auth.js';
export { cognito, type CognitoOptions } from './providers/cognito.js';
export { descope, type DescopeOptions } from './providers/descope.js';
export {
  entra,
  entraTenant,
  type EntraOptions,
  type EntraTenantOptions,
} from './providers/entra.js';
export { firebase, type FirebaseOptions } from './providers/firebase.js';
export { fusionauth, type FusionauthOptions } from './providers/fusionauth.js';
export { google, type GoogleOptions } from './providers/google.js';
export { keycloak, type KeycloakOptions } from './providers/keycloak.js';
export { kinde, type KindeOptions } from './providers/kinde.js';
export { logto, type LogtoOptions } from './providers/logto.js';
export { oidc, type OidcOptions } from './providers/oidc.js';
export { okta, type OktaOptions } from './providers/okta.js';
export type { IssuerOverrides } from './providers/preset.js';
export { supabase, type SupabaseOptions } from './providers/supabase.js';
export { workos, type WorkosOptions } from './providers/workos.js';
export { zitadel, type ZitadelOptions } from './providers/zitadel.js';
export {
  clerk,
  ClerkClient,
  clerkFromEnv,
  RequireFeature,
  RequirePlan,
  RequireReverification,
  type ClerkClientOptions,
  type ClerkMembership,
  type ClerkOptions,
  type MachineTokenOptions,
  type Reverification,
  type ReverificationConfig,
} from './providers/clerk/index.js';

export { tesseral } from './providers/tesseral/tesseral.js';
export { tesseralFromEnv } from './providers/tesseral/tesseral-from-env.js';
export type {
  TesseralApiKeyOptions,
  TesseralOptions,
} from './providers/tesseral/tesseral-options.js';
export type { TesseralClaims } from './providers/tesseral/tesseral-claims.js';

export { AuthReport } from './module/report/auth-report.js';
export type {
  ReportedRoute,
  ReportWarning,
  ReportWarningCode,
} from './module/report/reported-route.js';

export { AuthGuard } from './guards/auth.guard.js';
export { AuthService } from './guards/auth-service.js';
export type { CredentialOwner } from './transports/credential-owner.js';
export type { ContextHeaderOptions } from './context/context-headers.js';
export { ContextHeaders } from './decorators/context-headers.decorator.js';
export type { RequestLogOptions } from './module/options/request-log-options.js';
export type { RequestLogEntry } from './observability/request-log-entry.js';
export { REDACTED_HEADERS } from './observability/redacted-headers.js';
export type { AxiosClient } from './outbound/axios-client.js';
export type { CallAs, OutgoingCall } from './outbound/outgoing-call.js';
export type { TokenPurpose } from './outbound/token-purpose.js';
export type { ServiceOptions } from './module/options/service-options.js';
export type {
  TokenEvent,
  TokenFailingEvent,
  TokenPurposeFacts,
  TokenObtainedEvent,
  TokenStoreEvent,
} from './observability/token-event.js';
export { PolicyService, type RuleArguments, type RuleSubject } from './guards/policy-service.js';
export { RolesGuard } from './guards/roles.guard.js';

export { Public } from './decorators/public.decorator.js';
export { OptionalAuth, type OptionalAuthOptions } from './decorators/optional-auth.decorator.js';
export { Authenticated } from './decorators/authenticated.decorator.js';
export { Authorize, Owner, SameOrg, type RuleOptions } from './decorators/authorize.decorator.js';
export { RoleMap, type RoleMapEntry, type RoleMapping } from './decorators/role-map.decorator.js';
export { Resource } from './decorators/resource.decorator.js';
export { arg, type Argument } from './decorators/arg.js';
export { allOf, anyOf, hasPermission, hasRole, hasScope, not } from './decorators/rules.js';
export {
  owner,
  owns,
  policy,
  sameOrganization,
  type OwnerOptions,
  type OwnershipOptions,
  type ResourceLoader,
} from './decorators/policy-rules.js';
export type { Policy, PolicyClass, PolicyRequest } from './policy/policy.js';
export type { Rule } from './policy/rule.js';
export { Roles } from './decorators/roles.decorator.js';
export { Permissions } from './decorators/permissions.decorator.js';
export { Scopes } from './decorators/scopes.decorator.js';
export type { RequireDecorator } from './decorators/require.js';
export type { AuthDecorator } from './decorators/declarations.js';
export { Accepts, type AcceptsDecorator } from './decorators/accepts.decorator.js';
export { CurrentPrincipal } from './decorators/current-principal.decorator.js';
export { CurrentUser } from './decorators/current-user.decorator.js';
export {
  createTenantDecorator,
  OrgId,
  type TenantDecorator,
} from './decorators/org-id.decorator.js';
export { DenyImpersonation, notImpersonated } from './decorators/deny-impersonation.decorator.js';
export { Claims, type ClaimsOptions } from './decorators/claims.decorator.js';
export { Credentials } from './decorators/credentials.decorator.js';
export { ForwardedContext } from './decorators/forwarded-context.decorator.js';
export type { ForwardedStatus } from './context/forwarded-context.js';
export type { ValueOptions } from './decorators/request-value.js';

export type { JwtAlgorithm } from './verification/jwt/algorithms.js';
export { JwksService } from './verification/jwt/keys/jwks-service.js';
export { DynamicIssuers } from './verification/jwt/dynamic-issuers.js';
export type { KeySetState, VerificationKey } from './verification/jwt/keys/key-set.js';
export type { KeySetSnapshots } from './stores/key-set-snapshots.js';
export { FileSnapshots } from './stores/file-snapshots.js';

export { userOf } from './core/principal.js';
export type {
  Actor,
  AnonymousPrincipal,
  ApiKeyPrincipal,
  AnonymousStatus,
  AuthenticatedPrincipal,
  Principal,
  ServicePrincipal,
  UserPrincipal,
} from './core/principal.js';
// By a star, for only what is exported so can be augmented by applications.
export * from './core/authority-names.js';
export * from './core/application-user.js';
export type { AuthoritySet } from './core/authority-set.js';
export { Credential, type CredentialSource } from './core/credential.js';
export type { Clock } from './core/clock.js';
export type { ClaimMap } from './principal/claim-map.js';
export type {
  ClaimContext,
  ClaimFormat,
  ClaimPlace,
  ClaimReader,
  ClaimSource,
  ClaimUnion,
} from './principal/claim-source.js';
export type { PublicRefusal } from './transports/public-refusal.js';

export {
  AuthError,
  AuthUnavailable,
  Forbidden,
  Hidden,
  InvalidCredential,
  InvalidRequest,
  MissingCredential,
  NotAnAccessToken,
} from './core/auth-error.js';
export { OutsideRequestError } from './core/outside-request-error.js';
export { AuthConfigurationError } from './core/auth-configuration-error.js';
export type { RefusalCode, RefusalReason } from './core/refusal.js';

export type {
  AnonymousEvent,
  AuthenticatedEvent,
  AuthEvent,
  AuthEventListener,
  AuthEventSubscriber,
  ConnectionEndedEvent,
  DeniedEvent,
  RequestFacts,
  UnavailableEvent,
  WouldDenyEvent,
} from './observability/auth-event.js';
export type {
  KeyIgnoredEvent,
  KeySetEvent,
  KeysFailingEvent,
  KeysRecoveredEvent,
  KeysRefreshedEvent,
  KeysSnapshotEvent,
} from './observability/key-set-event.js';
export type {
  ApiKeyEvent,
  CredentialCreatedEvent,
  CredentialEvent,
  CredentialRevokedEvent,
  CredentialRotatedEvent,
  RevocationAddedEvent,
} from './observability/credential-event.js';
