/**
 * The headers that hold credentials, in lower case: for whatever writes requests and answers to a log or
 * a trace. Headers in which an application looks for credentials of its own are to be added.
 *
 * @publicApi
 */
export const REDACTED_HEADERS: readonly string[] = Object.freeze([
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'api-key'],
  ...['dpop', 'x-auth-token', 'x-access-token', 'x-amz-security-token', 'x-amzn-oidc-data'],
  ...['x-amzn-oidc-accesstoken', 'x-forwarded-access-token', 'x-goog-iap-jwt-assertion'],
  ...['cf-access-jwt-assertion', 'x-csrf-token', 'x-xsrf-token', 'svix-signature'],
  ...['webhook-signature', 'x-hub-signature-256', 'stripe-signature'],
]);
