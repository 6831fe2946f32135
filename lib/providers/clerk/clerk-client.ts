import { AuthUnavailable } from '../../core/auth-error.js';
import { ownMembers, ownProperty } from '../../core/own-property.js';
import { assertObject, assertSeconds, refuseUnknown } from '../../module/options/option-checks.js';
import type { JsonObject } from '../../endpoint/read-json.js';
import { ClerkApi } from './clerk-api.js';
import type { ClerkOptions } from './clerk-options.js';
import { assertBeginning } from './resolve-clerk.js';
import { SharedAnswers } from './shared-answers.js';

/** How Clerk is asked of what tokens do not say. */
export interface ClerkClientOptions extends Pick<ClerkOptions, 'apiUrl' | 'fetch'> {
  /** The secret key (`sk_…`). */
  readonly secretKey: string;
  /**
   * For how long an answer is remembered, in seconds: 0 to 60.
   *
   * @default 10
   */
  readonly cacheSeconds?: number;
  /**
   * How long each page of an answer may take, in seconds: 0.1 to 60.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}

/** That a user is in an organization. */
export interface ClerkMembership {
  readonly organizationId: string;
  /** `org:admin`. */
  readonly role: string;
  /** Those that tokens never have among them: `org:sys_memberships:read`. */
  readonly permissions: readonly string[];
}

const PAGE = 100;

/** Somebody in more organizations than this is none. */
const MAX_PAGES = 10;

/**
 * What tokens do not say: every organization a user is in, not the active one alone.
 *
 * @publicApi
 */
export class ClerkClient {
  readonly #api: ClerkApi;
  readonly #memberships: SharedAnswers<readonly ClerkMembership[]>;

  /** @throws {AuthConfigurationError} */
  constructor(options: ClerkClientOptions) {
    assertObject('ClerkClient', options);
    const known = ['secretKey', 'apiUrl', 'fetch', 'cacheSeconds', 'timeoutSeconds'];
    refuseUnknown('ClerkClient', options, known);
    const { secretKey, cacheSeconds = 10, timeoutSeconds = 3, ...api } = ownMembers(options);
    assertBeginning('ClerkClient.secretKey', secretKey, 'sk_');
    assertSeconds('ClerkClient.cacheSeconds', cacheSeconds, { min: 0, max: 60 });
    assertSeconds('ClerkClient.timeoutSeconds', timeoutSeconds, { min: 0.1, max: 60 });
    this.#api = new ClerkApi({ ...api, secret: secretKey, timeoutMs: timeoutSeconds * 1000 });
    this.#memberships = new SharedAnswers((id) => this.#ask(id), cacheSeconds * 1000);
  }

  /**
   * Every organization that a user is in; none for a user that there is not.
   *
   * @param userId `user_…`, as `principal.subject` has it.
   * @throws {AuthUnavailable} When Clerk does not say. A policy that lets it pass is answered with 503.
   * @throws {TypeError} When it is no id of a user.
   */
  async memberships(userId: string): Promise<readonly ClerkMembership[]> {
    if (!/^user_\w+$/.test(userId)) throw new TypeError('This is no id of a user');
    return (await this.#memberships.answer(userId)) ?? [];
  }

  /** Asks anew from now on: somebody joined an organization, or left one. */
  forget(userId: string): void {
    this.#memberships.forget(userId);
  }

  async #ask(userId: string): Promise<readonly ClerkMembership[] | undefined> {
    const all: ClerkMembership[] = [];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = `limit=${String(PAGE)}&offset=${String(page * PAGE)}`;
      const answer = await this.#api.ask(`/users/${userId}/organization_memberships?${query}`);
      if (!answer) return undefined;
      const found = membershipsIn(answer);
      all.push(...found);
      if (found.length < PAGE) return Object.freeze(all);
    }
    throw noAnswer('more memberships than are read');
  }
}

function membershipsIn(answer: JsonObject): readonly ClerkMembership[] {
  const data = ownProperty(answer, 'data');
  if (!Array.isArray(data)) throw noAnswer('no list of memberships');
  return (data as readonly unknown[]).map(membershipOf);
}

function membershipOf(given: unknown): ClerkMembership {
  const { organization, role, permissions } = recordOf(given);
  const { id } = recordOf(organization);
  if (typeof id !== 'string' || typeof role !== 'string') throw noAnswer('a membership of nothing');
  const listed: readonly unknown[] = Array.isArray(permissions) ? permissions : [];
  const names = listed.filter((name) => typeof name === 'string');
  return Object.freeze({ organizationId: id, role, permissions: Object.freeze(names) });
}

function recordOf(given: unknown): Readonly<Record<string, unknown>> {
  const record = typeof given === 'object' && given !== null ? given : {};
  return ownMembers(record as Readonly<Record<string, unknown>>);
}

function noAnswer(what: string): AuthUnavailable {
  const detail = `Clerk answered with ${what}`;
  return new AuthUnavailable('lookup_failed', { detail, retryAfterSeconds: 1 });
}
