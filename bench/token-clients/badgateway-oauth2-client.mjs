import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';

export function createClient({ tokenEndpoint, clientId, clientSecret }) {
  const { origin, pathname } = new URL(tokenEndpoint);
  const client = new OAuth2Client({
    server: origin,
    tokenEndpoint: pathname,
    clientId,
    clientSecret,
  });
  const wrapper = new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() });
  return () => wrapper.getAccessToken();
}
