import { importPKCS8 } from 'jose';
import { ClientSecretBasic, ClientSecretPost, PrivateKeyJwt, type ClientAuth } from 'oauth4webapi';
import { ownMembers } from '../core/own-property.js';
import type { OAuthClient } from './oauth-client.js';

type SigningClient = Extract<OAuthClient, { readonly method: 'private_key_jwt' }>;

/** How a client proves to the authorization server who it is. */
export function clientAuthentication(client: OAuthClient): ClientAuth {
  switch (client.method) {
    case 'client_secret_basic':
      return ClientSecretBasic(client.secret.reveal());
    case 'client_secret_post':
      return ClientSecretPost(client.secret.reveal());
    case 'private_key_jwt':
      return signedAssertion(client);
  }
}

/** The key is imported once, when it is needed first: that takes a promise, and options have none. */
function signedAssertion(client: SigningClient): ClientAuth {
  let signing: Promise<ClientAuth> | undefined;
  return async (...request) => {
    signing ??= signer(client);
    await (
      await signing
    )(...request);
  };
}

async function signer({ key, algorithm, keyId }: SigningClient): Promise<ClientAuth> {
  const text = key.reveal().export({ type: 'pkcs8', format: 'pem' }).toString();
  const imported = await importPKCS8(text, algorithm);
  return PrivateKeyJwt(ownMembers({ key: imported, ...(keyId !== undefined && { kid: keyId }) }));
}
