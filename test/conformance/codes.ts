import type { RefusalReason } from '../../lib/index.js';

/**
 * The project's reasons, and what the catalogue calls them: most of them by the same name.
 *
 * The codes of the catalogue that stand for no reason of ours: `http_parser` and `body_parse` are
 * answers of Node and of the adapter, before a guard runs.
 */
const CATALOGUE_CODES: Readonly<Record<RefusalReason, readonly string[]>> = {
  missing_credentials: ['missing_credentials'],
  policy_denied: ['insufficient_permission', 'insufficient_role', 'org_mismatch'],
  reverification_required: ['insufficient_permission'],
  undeclared_route: ['insufficient_permission'],
  resource_hidden: ['not_found'],
  policy_timeout: ['policy_timeout'],
  policy_failed: ['policy_failed'],
  unsupported_scheme: ['unsupported_scheme'],
  malformed_authorization: ['malformed_authorization'],
  multiple_credentials: ['multiple_credentials'],
  token_malformed: ['token_malformed'],
  token_too_large: ['token_too_large'],
  claims_not_object: ['claims_not_object'],
  claims_too_deep: ['claims_too_deep'],
  token_expired: ['token_expired'],
  token_too_old: ['token_lifetime'],
  token_not_active: ['token_not_active'],
  alg_not_allowed: ['alg_not_allowed'],
  typ_mismatch: ['typ_mismatch'],
  crit_not_supported: ['crit_not_supported'],
  // One registry of issuers: what is not found in it by its exact name is unknown.
  unknown_issuer: ['unknown_issuer', 'iss_mismatch'],
  no_matching_key: ['no_matching_key'],
  ambiguous_key: ['ambiguous_key'],
  key_rejected: ['key_rejected'],
  invalid_signature: ['invalid_signature'],
  missing_claim: ['missing_claim'],
  claim_type: ['claim_type'],
  aud_mismatch: ['aud_mismatch'],
  client_not_allowed: ['client_not_allowed'],
  token_use_mismatch: ['typ_mismatch'],
  confirmation_unsupported: ['confirmation_unsupported'],
  token_inactive: ['token_inactive'],
  token_revoked: ['token_revoked'],
  api_key_malformed: ['invalid_api_key'],
  api_key_unknown: ['invalid_api_key'],
  api_key_mismatch: ['invalid_api_key'],
  api_key_expired: ['invalid_api_key'],
  api_key_revoked: ['invalid_api_key'],
  invalid_password: ['invalid_token'],
  credential_not_accepted: ['invalid_token'],
  user_refused: ['invalid_token'],
  machine_not_declared: ['insufficient_permission'],
  organization_mismatch: ['org_mismatch', 'tenant_mismatch'],
  tenant_ambiguous: ['tenant_mismatch'],
  tenant_missing: ['tenant_mismatch'],
  tenant_malformed: ['bad_request'],
  impersonation_denied: ['insufficient_permission'],
  claim_incomplete: ['claim_type'],
  cross_site_request: ['bad_request'],
  address_not_allowed: ['ip_not_allowed'],
  api_keys_disabled: ['invalid_api_key'],
  introspection_unavailable: ['introspection_unavailable'],
  not_an_access_token: ['not_an_access_token'],
  exchange_refused: ['exchange_refused'],
  token_endpoint_unavailable: ['token_endpoint_unavailable'],
  token_endpoint_invalid: ['token_endpoint_invalid'],
  token_endpoint_rejected: ['token_endpoint_rejected'],
  store_unavailable: ['store_unavailable'],
  lookup_failed: ['store_unavailable', 'tenant_resolver_error'],
  insufficient_scope: ['insufficient_scope'],
  insufficient_role: ['insufficient_role'],
  insufficient_permission: ['insufficient_permission'],
  missing_value: ['org_mismatch'],
  unsupported_context: ['unsupported_context'],
  unknown_handler: ['unsupported_context'],
  issuer_unavailable: ['issuer_unavailable'],
};

/** The codes for which no guard was asked. */
const BEFORE_THE_GUARDS = ['http_parser', 'body_parse'];

/**
 * What the catalogue calls an outcome.
 *
 * @param reason `undefined` where no event was emitted.
 */
export function catalogueCodes(reason: RefusalReason | 'ok' | undefined): readonly string[] {
  if (reason === undefined) return BEFORE_THE_GUARDS;
  return reason === 'ok' ? ['ok'] : CATALOGUE_CODES[reason];
}
