import axios from 'axios';
import { clientCredentials } from 'axios-oauth-client';
import tokenProvider from 'axios-token-interceptor';

/** The cache is that of the README of axios-token-interceptor, which goes with it. */
export function createClient({ tokenEndpoint, clientId, clientSecret }) {
  const grant = clientCredentials(axios.create(), tokenEndpoint, clientId, clientSecret);
  const cache = tokenProvider.tokenCache(() => grant(), {
    getMaxAge: (body) => body.expires_in * 1000,
  });
  return async () => (await cache()).access_token;
}
