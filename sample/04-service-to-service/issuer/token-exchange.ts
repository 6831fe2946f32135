import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import { TOKEN_EXCHANGE } from './grant-types.js';
import { audienceOf, CALL_SECONDS, resourceServerFor } from './resource-servers.js';
import type { Subject, SubjectTokens } from './subject-tokens.js';
import type { Users } from './users.js';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** RFC 8693 section 2.1 */
const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'resource',
  'audience',
  'scope',
] as const;

type Context = TokenEndpointGrantContext<
  Partial<Readonly<Record<(typeof PARAMETERS)[number], string>>>
>;

/** What exchanging takes. */
interface ExchangeParts {
  readonly subjectTokens: SubjectTokens;
  readonly users: Users;
}

/**
 * Lets an API exchange the token that a user came with for one that another API accepts, in which it is the
 * actor (RFC 8693). The token endpoint has authenticated the client already, and seen to it that it has this
 * grant type.
 */
export function registerTokenExchange(
  provider: Provider,
  { subjectTokens, users }: ExchangeParts,
): void {
  const exchange = async (context: Context): Promise<void> => {
    const { client, params } = context.oidc;
    const subjectToken = readSubjectToken(params);
    const { resource = '' } = params;
    const server = resourceServerFor(client.clientId, resource);
    const subject = await subjectTokens.verify(subjectToken, audienceOf(client.clientId) ?? '');
    const token = new provider.AccessToken({
      client,
      accountId: subject.id,
      // A JWT is kept nowhere, and so there is nothing to find by its grant.
      grantId: '',
      gty: 'token_exchange',
      resourceServer: new provider.ResourceServer(resource, server),
      scope: grantedScope(params.scope, server.scope),
      exp: expiryOf(subject),
      extra: { ...users.find(subject.id), act: actorOf(client.clientId, subject) },
    });
    context.body = {
      access_token: await token.save(),
      issued_token_type: ACCESS_TOKEN,
      token_type: token.tokenType,
      expires_in: token.remainingTTL,
      scope: token.scope,
    };
  };
  provider.registerGrantType(TOKEN_EXCHANGE, exchange, PARAMETERS);
}

/** @throws {InvalidRequest} When it asks for anything but an access token for an access token. */
function readSubjectToken(params: Context['oidc']['params']): string {
  const { subject_token: token, subject_token_type: type, requested_token_type: wanted } = params;
  if (token === undefined || type !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest('subject_token must be an access token');
  }
  if (wanted !== undefined && wanted !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest('requested_token_type must be an access token');
  }
  // The actor is the client, and nobody it speaks for.
  if (params.actor_token !== undefined || params.audience !== undefined) {
    throw new errors.InvalidRequest('actor_token and audience are not supported');
  }
  return token;
}

/** @throws {InvalidScope} When more is asked for than the client may do there. */
function grantedScope(asked: string | undefined, allowed: string): string {
  if (asked === undefined) return allowed;
  const names = new Set(allowed.split(' '));
  if (asked.split(' ').every((name) => names.has(name))) return asked;
  throw new errors.InvalidScope('requested scope is not allowed', asked);
}

/** What was exchanged lives no longer than what it was exchanged for. In seconds since the epoch. */
function expiryOf({ expiresAt }: Subject): number {
  return Math.min(expiresAt, Math.floor(Date.now() / 1000) + CALL_SECONDS);
}

/** Who acts now is outermost; who acted before is within (RFC 8693 section 4.1). */
function actorOf(sub: string, { act }: Subject): object {
  return act === undefined ? { sub } : { sub, act };
}
