import { AuthUnavailable, InvalidCredential } from '../../core/auth-error.js';
import { ownProperty } from '../../core/own-property.js';
import {
  apiKey,
  opaqueToken,
  type CredentialOption,
} from '../../module/options/credential-options.js';
import type { JsonObject } from '../../endpoint/read-json.js';
import { MAX_SECONDS, type Identity } from '../../verification/identity.js';
import type { ClerkApi } from './clerk-api.js';
import { acceptsOauth, type ResolvedClerk } from './resolve-clerk.js';
import { SharedAnswers } from './shared-answers.js';

/** Who asks Clerk about what: without a key, nobody. */
export interface MachineApis {
  readonly ofInstance: ClerkApi | undefined;
  readonly ofMachine: ClerkApi | undefined;
}

/** A kind of opaque token, and how Clerk is asked about it. */
interface Question {
  readonly api: ClerkApi;
  readonly path: string;
  /** The member of the question that holds the token. */
  readonly member: string;
  /** What subjects of such tokens begin with. */
  readonly subjects: readonly string[];
  /** Looks at what Clerk says, beyond that it is good. */
  readonly check?: (answer: JsonObject) => void;
}

/** The opaque tokens of machines, which enter where `@Accepts` names them. */
export function machineTokens(
  { ofInstance, ofMachine }: MachineApis,
  clerk: ResolvedClerk,
): readonly CredentialOption[] {
  return [
    ...(ofInstance ? [apiKeys(ofInstance, clerk)] : []),
    ...(ofInstance && acceptsOauth(clerk) ? [oauthTokens(ofInstance, clerk)] : []),
    ...(ofMachine ? [m2mTokens(ofMachine, clerk)] : []),
  ];
}

function apiKeys(api: ClerkApi, clerk: ResolvedClerk): CredentialOption {
  const subjects = ['user_', 'org_'];
  const question = { api, path: '/api_keys/verify', member: 'secret', subjects };
  return apiKey({
    ...common(clerk),
    kind: 'apiKey',
    prefix: 'ak_',
    scheme: 'Bearer',
    resolve: resolver(question, clerk),
  });
}

function oauthTokens(api: ClerkApi, clerk: ResolvedClerk): CredentialOption {
  const { audiences, oauthClients } = clerk;
  const question = {
    api,
    path: '/oauth_applications/access_tokens/verify',
    member: 'access_token',
    subjects: ['user_'],
    check: (answer: JsonObject) => {
      assertListed(audiences, textsIn(answer, 'aud'));
      assertClient(oauthClients ?? undefined, answer);
    },
  };
  return opaqueToken({
    ...common(clerk),
    kind: 'oauthToken',
    prefix: 'oat_',
    resolve: resolver(question, clerk),
  });
}

function m2mTokens(api: ClerkApi, clerk: ResolvedClerk): CredentialOption {
  const { machineId } = clerk;
  const question = {
    api,
    path: '/m2m_tokens/verify',
    member: 'token',
    subjects: ['mch_'],
    check: (answer: JsonObject) => {
      assertListed(machineId === undefined ? undefined : [machineId], textsIn(answer, 'scopes'));
    },
  };
  return opaqueToken({
    ...common(clerk),
    kind: 'm2mToken',
    // As Clerk's documentation calls them, and as they are.
    prefix: ['mt_', 'm2m_'],
    resolve: resolver(question, clerk),
  });
}

function common({ timeoutSeconds }: ResolvedClerk): {
  readonly declaredOnly: true;
  readonly timeoutSeconds: number;
} {
  return { declaredOnly: true, timeoutSeconds };
}

/** No token has other characters: nobody is asked about what is none. */
const TOKEN = /^\w[\w-]*$/;

type Resolve = (token: string) => Promise<Identity | null>;

function resolver(question: Question, { cacheMs }: ResolvedClerk): Resolve {
  const answers = new SharedAnswers((token) => identityOf(token, question), cacheMs);
  return async (token) => (TOKEN.test(token) ? ((await answers.answer(token)) ?? null) : null);
}

async function identityOf(token: string, question: Question): Promise<Identity | undefined> {
  const { api, path, member, check } = question;
  const answer = await api.ask(path, { [member]: token });
  if (!answer) return;
  // Clerk says neither of a token that it takes for good; what it might say is no yes.
  if (isSaid(answer, 'revoked')) throw new InvalidCredential('token_revoked');
  if (isSaid(answer, 'expired')) throw new InvalidCredential('token_expired');
  check?.(answer);
  return identityIn(answer, question);
}

function identityIn(answer: JsonObject, { subjects }: Question): Identity {
  const subject = ownProperty(answer, 'subject');
  const isOne =
    typeof subject === 'string' && subjects.some((beginning) => subject.startsWith(beginning));
  if (!isOne) {
    const detail = 'Clerk names a subject of another kind';
    throw new AuthUnavailable('lookup_failed', { detail, retryAfterSeconds: 1 });
  }
  return {
    subject,
    kind: subject.startsWith('mch_') ? 'service' : 'user',
    organizationId: subject.startsWith('org_') ? subject : undefined,
    scopes: textsIn(answer, 'scopes'),
    expiresAt: expiryIn(answer),
    claims: described(answer),
  };
}

/** What the token's maker wrote into it stays apart: it must not pass for what Clerk says. */
const DESCRIPTION = ['id', 'name', 'client_id', 'aud', 'act', 'claims'];

function described(answer: JsonObject): Readonly<Record<string, unknown>> {
  const known = DESCRIPTION.map((name) => [name, ownProperty(answer, name) ?? undefined] as const);
  return Object.fromEntries(known);
}

/** Milliseconds, as answers have them; seconds, as some documentation has it. */
function expiryIn(answer: JsonObject): number | undefined {
  const value = ownProperty(answer, 'expiration') ?? undefined;
  if (value === undefined) return;
  if (typeof value !== 'number') return Number.NaN;
  return value > MAX_SECONDS ? value / 1000 : value;
}

function isSaid(answer: JsonObject, name: string): boolean {
  return ![undefined, null, false].includes(
    ownProperty(answer, name) as boolean | null | undefined,
  );
}

function textsIn(answer: JsonObject, name: string): readonly string[] {
  const listed: readonly unknown[] = [ownProperty(answer, name)].flat();
  return listed.filter((each) => typeof each === 'string');
}

/** @throws {InvalidCredential} When some are expected, and none of them is named. */
function assertListed(expected: readonly string[] | undefined, named: readonly string[]): void {
  if (!expected || named.some((each) => expected.includes(each))) return;
  throw new InvalidCredential('aud_mismatch', { detail: `any of ${expected.join(', ')}` });
}

/** @throws {InvalidCredential} When some clients are accepted, and it is of none of them. */
function assertClient(accepted: readonly string[] | undefined, answer: JsonObject): void {
  const client = ownProperty(answer, 'client_id');
  if (!accepted || (typeof client === 'string' && accepted.includes(client))) return;
  throw new InvalidCredential('client_not_allowed', { detail: `any of ${accepted.join(', ')}` });
}
