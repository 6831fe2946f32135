import { ClientCredentials } from 'simple-oauth2';

/** It holds no token; "fetch a new token when it's expired", says its README of this grant. */
export function createClient({ tokenEndpoint, clientId, clientSecret }) {
  const { origin, pathname } = new URL(tokenEndpoint);
  const client = new ClientCredentials({
    client: { id: clientId, secret: clientSecret },
    auth: { tokenHost: origin, tokenPath: pathname },
  });
  let held;
  return async () => {
    if (!held || held.expired()) held = await client.getToken();
    return held.token.access_token;
  };
}
