import { createPrivateKey, type KeyObject } from 'node:crypto';
import { AuthConfigurationError } from '../../core/auth-configuration-error.js';
import { Concealed } from '../../core/concealed.js';
import type { OAuthClient } from '../../endpoint/oauth-client.js';
import type { IntrospectionOptions } from './credential-options.js';
import { assertName } from './option-checks.js';

const CLIENT_CURE =
  'Give clientSecret, or privateKey in PEM (PKCS #8), and with either what clientAuthentication fits: client_secret_basic, client_secret_post or private_key_jwt.';

/** What says who we are to an authorization server. */
type ClientOptions = Pick<
  IntrospectionOptions,
  'clientId' | 'clientSecret' | 'privateKey' | 'clientAuthentication' | 'keyId'
>;

/** @throws {AuthConfigurationError} */
export function resolveOAuthClient(option: string, given: ClientOptions): OAuthClient {
  const { clientId: id, clientSecret, privateKey, clientAuthentication } = given;
  assertName(`${option}.clientId`, id, 'Name this API as a client of the authorization server.');
  if ((clientSecret === undefined) === (privateKey === undefined)) {
    throw new AuthConfigurationError(
      `${option}.clientSecret`,
      clientSecret === undefined ? 'is missing' : 'is given beside privateKey',
      CLIENT_CURE,
    );
  }
  if (privateKey !== undefined) return signingClient(option, given, privateKey);
  const method = clientAuthentication ?? 'client_secret_basic';
  assertName(`${option}.clientSecret`, clientSecret, CLIENT_CURE);
  refuseKeyId(option, given);
  if (method === 'client_secret_basic' || method === 'client_secret_post') {
    return { id, method, secret: new Concealed(clientSecret) };
  }
  throw unfit(option);
}

function signingClient(
  option: string,
  { clientId: id, clientAuthentication, keyId }: ClientOptions,
  privateKey: string,
): OAuthClient {
  const method = clientAuthentication ?? 'private_key_jwt';
  if (method !== 'private_key_jwt') throw unfit(option);
  if (keyId !== undefined) assertName(`${option}.keyId`, keyId, 'Give the kid of the key.');
  const key = readKey(option, privateKey);
  return { id, method, key: new Concealed(key), algorithm: algorithmOf(option, key), keyId };
}

function refuseKeyId(option: string, { keyId }: ClientOptions): void {
  if (keyId === undefined) return;
  throw new AuthConfigurationError(
    `${option}.keyId`,
    'means nothing beside clientSecret',
    'Leave it out.',
  );
}

function unfit(option: string): AuthConfigurationError {
  const problem = 'is unknown, or does not fit what the client has';
  return new AuthConfigurationError(`${option}.clientAuthentication`, problem, CLIENT_CURE);
}

function readKey(option: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    throw new AuthConfigurationError(`${option}.privateKey`, 'cannot be read', CLIENT_CURE);
  }
}

/** By what keys of a kind sign, where the key itself does not say. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  rsa: 'RS256',
  'rsa-pss': 'PS256',
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  ed25519: 'EdDSA',
};

function algorithmOf(option: string, key: KeyObject): string {
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '';
  const algorithm = ALGORITHMS[kind];
  if (algorithm !== undefined) return algorithm;
  throw new AuthConfigurationError(
    `${option}.privateKey`,
    'is of a kind that does not sign',
    CLIENT_CURE,
  );
}
