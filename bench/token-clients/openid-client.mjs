import { allowInsecureRequests, clientCredentialsGrant, Configuration } from 'openid-client';

/** It holds no token; its answers know for how long they are good. */
export function createClient({ issuer, tokenEndpoint, clientId, clientSecret }) {
  const server = { issuer, token_endpoint: tokenEndpoint };
  const config = new Configuration(server, clientId, clientSecret);
  allowInsecureRequests(config);
  let tokens;
  return async () => {
    if (!tokens?.expiresIn()) tokens = await clientCredentialsGrant(config);
    return tokens.access_token;
  };
}
