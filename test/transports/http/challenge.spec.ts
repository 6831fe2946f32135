import {
  AuthUnavailable,
  Forbidden,
  InvalidCredential,
  InvalidRequest,
  MissingCredential,
  type AuthError,
} from '../../../lib/core/auth-error.js';
import { challengesFor } from '../../../lib/transports/http/challenge.js';

const METADATA = 'https://api.test/.well-known/oauth-protected-resource';
const challenge = (error: AuthError, resourceMetadata?: string): string | undefined =>
  challengesFor(error, { realm: 'api', resourceMetadata }, ['a', 'b'])[0];

describe('challengeFor', () => {
  it.each([
    [new MissingCredential('missing_credentials'), 'Bearer realm="api", scope="a b"'],
    [
      new InvalidRequest('malformed_authorization'),
      'Bearer realm="api", error="invalid_request", error_description="The credentials are malformed or were sent more than once"',
    ],
    [
      new InvalidCredential('token_malformed'),
      'Bearer realm="api", error="invalid_token", error_description="The access token is malformed"',
    ],
    [
      new InvalidCredential('no_matching_key'),
      'Bearer realm="api", error="invalid_token", error_description="The access token is invalid"',
    ],
    [
      new Forbidden('insufficient_scope'),
      'Bearer realm="api", error="insufficient_scope", error_description="The access token does not have the required scope", scope="a b"',
    ],
    [new Forbidden('insufficient_role'), undefined],
    [new AuthUnavailable('issuer_unavailable', { retryAfterSeconds: 1 }), undefined],
  ])('%s', (error, expected) => {
    expect(challenge(error)).toBe(expected);
  });

  it('adds the metadata of the resource to every challenge', () => {
    const suffix = `resource_metadata="${METADATA}"`;
    expect(challenge(new MissingCredential('missing_credentials'), METADATA)).toBe(
      `Bearer realm="api", scope="a b", ${suffix}`,
    );
    expect(challenge(new InvalidCredential('claim_type'), METADATA)).toMatch(
      /error_description="[^"]+", resource_metadata="https:[^"]+"$/,
    );
  });
});
