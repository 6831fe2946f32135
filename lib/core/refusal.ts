/** What a client is told. Everything in it is a constant. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 503;
  /** The sentence in the body and in `error_description`: only %x20-21 / %x23-5B / %x5D-7E (RFC 6750 section 3). */
  readonly message: string;
  /** The error code of the challenge (RFC 6750 section 3.1), where a challenge carries one. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
}

/**
 * The public table: one row per answer a client can receive. The key is the `code` in the body.
 *
 * It is coarser than {@link REFUSAL_OF_REASON} on purpose: which check a forged token failed is for
 * the operator's log, not for whoever forged it.
 */
export const REFUSALS = {
  missing_credentials: { status: 401, message: 'Authentication is required' },
  invalid_request: {
    status: 400,
    error: 'invalid_request',
    message: 'The credentials are malformed or were sent more than once',
  },
  token_malformed: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token is malformed',
  },
  token_expired: { status: 401, error: 'invalid_token', message: 'The access token expired' },
  token_not_active: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token is not yet valid',
  },
  invalid_token: { status: 401, error: 'invalid_token', message: 'The access token is invalid' },
  invalid_api_key: { status: 401, error: 'invalid_token', message: 'The API key is invalid' },
  invalid_password: { status: 401, message: 'The user name or the password is wrong' },
  credential_not_accepted: {
    status: 401,
    error: 'invalid_token',
    message: 'This kind of credential is not accepted here',
  },
  account_inactive: {
    status: 401,
    error: 'invalid_token',
    message: 'The account is unknown or inactive',
  },
  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    message: 'The access token does not have the required scope',
  },
  forbidden: { status: 403, message: 'Access is denied' },
  invalid_tenant: { status: 400, message: 'The tenant is malformed or was sent more than once' },
  cross_site_request: { status: 403, message: 'The request came from another site' },
  not_found: { status: 404, message: 'Not Found' },
  auth_unavailable: { status: 503, message: 'Authentication is temporarily unavailable' },
} as const satisfies Record<string, Refusal>;

/** The stable code a client finds in the body of a refusal. */
export type RefusalCode = keyof typeof REFUSALS;

/** The precise reason, for events and logs, and the public answer it leads to. */
export const REFUSAL_OF_REASON = {
  missing_credentials: 'missing_credentials',
  unsupported_scheme: 'missing_credentials',
  malformed_authorization: 'invalid_request',
  multiple_credentials: 'invalid_request',
  token_malformed: 'token_malformed',
  token_too_large: 'token_malformed',
  claims_not_object: 'token_malformed',
  claims_too_deep: 'token_malformed',
  token_expired: 'token_expired',
  token_too_old: 'token_expired',
  token_not_active: 'token_not_active',
  alg_not_allowed: 'invalid_token',
  typ_mismatch: 'invalid_token',
  crit_not_supported: 'invalid_token',
  unknown_issuer: 'invalid_token',
  no_matching_key: 'invalid_token',
  ambiguous_key: 'invalid_token',
  key_rejected: 'invalid_token',
  invalid_signature: 'invalid_token',
  missing_claim: 'invalid_token',
  claim_type: 'invalid_token',
  aud_mismatch: 'invalid_token',
  client_not_allowed: 'invalid_token',
  token_use_mismatch: 'invalid_token',
  confirmation_unsupported: 'invalid_token',
  token_inactive: 'invalid_token',
  token_revoked: 'invalid_token',
  api_key_malformed: 'invalid_api_key',
  api_key_unknown: 'invalid_api_key',
  api_key_mismatch: 'invalid_api_key',
  api_key_expired: 'invalid_api_key',
  api_key_revoked: 'invalid_api_key',
  invalid_password: 'invalid_password',
  credential_not_accepted: 'credential_not_accepted',
  user_refused: 'account_inactive',
  insufficient_scope: 'insufficient_scope',
  insufficient_role: 'forbidden',
  insufficient_permission: 'forbidden',
  missing_value: 'forbidden',
  unsupported_context: 'forbidden',
  unknown_handler: 'forbidden',
  policy_denied: 'forbidden',
  reverification_required: 'forbidden',
  undeclared_route: 'forbidden',
  machine_not_declared: 'forbidden',
  organization_mismatch: 'forbidden',
  exchange_refused: 'forbidden',
  not_an_access_token: 'forbidden',
  tenant_ambiguous: 'forbidden',
  tenant_missing: 'forbidden',
  tenant_malformed: 'invalid_tenant',
  impersonation_denied: 'forbidden',
  claim_incomplete: 'forbidden',
  cross_site_request: 'cross_site_request',
  address_not_allowed: 'forbidden',
  api_keys_disabled: 'forbidden',
  resource_hidden: 'not_found',
  issuer_unavailable: 'auth_unavailable',
  introspection_unavailable: 'auth_unavailable',
  token_endpoint_unavailable: 'auth_unavailable',
  token_endpoint_invalid: 'auth_unavailable',
  token_endpoint_rejected: 'auth_unavailable',
  store_unavailable: 'auth_unavailable',
  lookup_failed: 'auth_unavailable',
  policy_timeout: 'auth_unavailable',
  policy_failed: 'auth_unavailable',
} as const satisfies Record<string, RefusalCode>;

/** Why a request was refused, precisely: stable, and free of anything a client sent. */
export type RefusalReason = keyof typeof REFUSAL_OF_REASON;

/** The reasons that lead to an answer with the given codes. */
export type ReasonFor<Code extends RefusalCode> = {
  [Reason in RefusalReason]: (typeof REFUSAL_OF_REASON)[Reason] extends Code ? Reason : never;
}[RefusalReason];
