/**
 * Clients of a token endpoint, beside each other: `./<name>.mjs` makes each as its documentation tells
 * its users to, with a token that is held until it expires.
 */
export const TOKEN_CLIENTS = [
  { name: 'portcullis', title: 'nestjs-portcullis, `AuthService.serviceToken()`' },
  { name: 'openid-client', title: 'openid-client, token in a variable' },
  { name: 'simple-oauth2', title: 'simple-oauth2, token in a variable, `expired()`' },
  {
    name: 'axios-oauth-client',
    title: 'axios-oauth-client, `tokenCache` of axios-token-interceptor',
  },
  { name: 'badgateway-oauth2-client', title: '@badgateway/oauth2-client, `OAuth2Fetch`' },
];

/** @returns A function that gives an access token, or a promise of one. */
export async function createTokenClient(name, endpoint) {
  const { createClient } = await import(`./${name}.mjs`);
  return createClient(endpoint);
}
