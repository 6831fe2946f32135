import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { ClientMetadata, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { AUDIENCE, CLIENT_ID, PEOPLE } from '../demo-values.js';

const HOUR = 3600;
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|localhost):\d+$/;

/** Authorization code with PKCE for a page that has no secret (RFC 9700 section 2.1.1). */
const PAGE: ClientMetadata = {
  client_id: CLIENT_ID,
  // Of what runs on this machine: its address may then have any port (RFC 8252 section 7.3).
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/', 'http://localhost/'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  id_token_signed_response_alg: 'ES256',
};

export async function configurationOf(tokenSeconds: number): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    clients: [PAGE],
    // A key of its own each time it starts.
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    cookies: { keys: [randomUUID()] },
    clientBasedCORS: (_context, origin) => LOOPBACK.test(origin),
    interactions: { url: (_context, { uid }) => `/log-in/${uid}` },
    ttl: {
      ...{ AccessToken: tokenSeconds, AuthorizationCode: 60, IdToken: tokenSeconds },
      ...{ Interaction: HOUR, Session: HOUR, Grant: HOUR, RefreshToken: HOUR },
    },
    issueRefreshToken: () => Promise.resolve(true),
    loadExistingGrant: grantAll,
    findAccount: (_context, id) =>
      PEOPLE.has(id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined,
    extraTokenClaims: (_context, token) =>
      'accountId' in token ? { ...PEOPLE.get(token.accountId) } : undefined,
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: AUDIENCE,
          scope: '',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

/** What the page is granted: it belongs to whoever runs the issuer. */
async function grantAll({ oidc }: KoaContextWithOIDC) {
  const { client, session, provider } = oidc;
  if (!client || session?.accountId === undefined) return;
  const { clientId } = client;
  const grant = new provider.Grant({ clientId, accountId: session.accountId });
  grant.addOIDCScope('openid');
  await grant.save();
  return grant;
}
