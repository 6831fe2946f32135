import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { ownProperty } from '../core/own-property.js';

/** What a token endpoint for tests takes. */
export interface TokenGrantParts {
  /** Clients by their id, with their secrets; `undefined`: any client will do. */
  readonly clients: Readonly<Record<string, string>> | undefined;
  readonly keys: () => JSONWebKeySet;
  readonly currentDate: () => Date;
  readonly sign: (claims: JWTPayload) => Promise<string>;
}

/** A status, and what is sent with it as JSON. */
export type TokenAnswer = readonly [status: number, body: object];

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** So long a token lives, in seconds. */
const LIFETIME = 300;

/** Grants tokens by client credentials (RFC 6749 section 4.4) and by token exchange (RFC 8693). */
export async function grantToken(
  request: IncomingMessage,
  parts: TokenGrantParts,
): Promise<TokenAnswer> {
  const form = new URLSearchParams(await text(request));
  const client = clientOf(request, form);
  if (client === undefined || !isKnown(client, parts.clients))
    return refused('invalid_client', 401);
  const grantType = form.get('grant_type');
  if (grantType === 'client_credentials') {
    return granted({ sub: client.id, client_id: client.id }, form, parts);
  }
  if (grantType !== TOKEN_EXCHANGE) return refused('unsupported_grant_type');
  const subject = await subjectOf(form, parts);
  if (!subject) return refused('invalid_request');
  const { act, exp } = subject;
  const actor = { sub: client.id, ...(act !== undefined && { act }) };
  const claims = { ...ofCaller(subject), client_id: client.id, act: actor, exp } as JWTPayload;
  return granted(claims, form, parts);
}

/** What a token says of itself, and not of its caller. */
const OF_TOKEN = new Set([
  ...['iss', 'aud', 'iat', 'nbf', 'exp', 'jti', 'azp', 'client_id', 'scope', 'act', 'cnf'],
]);

/** Who the caller is, with roles, organization and whatever else the token says. */
function ofCaller(subject: JWTPayload): JWTPayload {
  const claims = Object.entries(subject).filter(([name]) => !OF_TOKEN.has(name));
  return Object.fromEntries(claims);
}

interface Client {
  readonly id: string;
  /** `undefined` where it signs an assertion instead, which nobody checks here. */
  readonly secret: string | undefined;
}

function clientOf({ headers }: IncomingMessage, form: URLSearchParams): Client | undefined {
  const [, basic] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (basic !== undefined) return basicClient(basic);
  const assertion = form.get('client_assertion');
  const id = form.get('client_id') ?? (assertion === null ? undefined : decodeJwt(assertion).sub);
  return id === undefined ? undefined : { id, secret: form.get('client_secret') ?? undefined };
}

/** Both are form-encoded before they are put together (RFC 6749 section 2.3.1). */
function basicClient(basic: string): Client | undefined {
  const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(decoded);
  return id === undefined ? undefined : { id, secret };
}

function decoded(value: string): string {
  return decodeURIComponent(value.replaceAll('+', ' '));
}

function isKnown({ id, secret }: Client, clients: TokenGrantParts['clients']): boolean {
  return clients === undefined || (secret !== undefined && ownProperty(clients, id) === secret);
}

async function subjectOf(
  form: URLSearchParams,
  { keys, currentDate }: TokenGrantParts,
): Promise<JWTPayload | undefined> {
  try {
    const options = { currentDate: currentDate() };
    const token = form.get('subject_token') ?? '';
    return (await jwtVerify(token, createLocalJWKSet(keys()), options)).payload;
  } catch {
    return;
  }
}

async function granted(
  claims: JWTPayload,
  form: URLSearchParams,
  { sign, currentDate }: TokenGrantParts,
): Promise<TokenAnswer> {
  const [scope, audience] = [form.get('scope'), form.get('audience') ?? form.get('resource')];
  const now = Math.floor(currentDate().getTime() / 1000);
  const exp = Math.min(now + LIFETIME, claims.exp ?? Infinity);
  const access_token = await sign({
    ...{ ...claims, exp },
    ...(scope !== null && { scope }),
    ...(audience !== null && { aud: audience }),
  });
  const answer = { access_token, token_type: 'Bearer', expires_in: exp - now };
  return [200, { ...answer, issued_token_type: ACCESS_TOKEN, ...(scope !== null && { scope }) }];
}

function refused(error: string, status = 400): TokenAnswer {
  return [status, { error }];
}
