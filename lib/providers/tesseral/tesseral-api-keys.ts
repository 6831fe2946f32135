import { hash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { AuthError, AuthUnavailable, Forbidden } from '../../core/auth-error.js';
import type { Concealed } from '../../core/concealed.js';
import { ownProperty } from '../../core/own-property.js';
import { ShortMemory } from '../../stores/short-memory.js';
import { withDeadline } from '../../endpoint/deadline.js';
import type { Fetch } from '../../endpoint/fetch.js';
import { postJson, type PostedJson } from '../../endpoint/fetch-json.js';
import { IssuerEndpointError } from '../../endpoint/issuer-endpoint-error.js';
import { onceMore } from '../../endpoint/once-more.js';
import type { JsonObject } from '../../endpoint/read-json.js';
import type { Identity } from '../../verification/identity.js';

/** What all keys are made of, whatever their project lets them begin with. */
const FORM = /^[a-z0-9_]+$/;

/** What is asked takes a few hundred octets of memory for each key. */
const MAX_ENTRIES = 10_000;

/** How Tesseral is asked about API keys. */
export interface ApiKeySettings {
  readonly endpoint: URL;
  readonly backendApiKey: Concealed<string>;
  readonly fetch: Fetch | undefined;
  readonly timeoutMs: number;
  readonly cacheMs: number;
}

/** The API keys of a project, which only Tesseral knows. */
export class TesseralApiKeys {
  readonly #settings: ApiKeySettings;
  readonly #known: ShortMemory<Identity>;
  /** Nothing ends a question before its time. */
  readonly #never = new AbortController().signal;

  constructor(settings: ApiKeySettings) {
    setMaxListeners(0, this.#never);
    this.#settings = settings;
    const memory = { maxEntries: MAX_ENTRIES, maxAgeMs: settings.cacheMs };
    this.#known = new ShortMemory(memory, () => performance.now());
  }

  /**
   * Whom a key stands for: nobody, when Tesseral does not know it any more.
   *
   * @throws {Forbidden} When its organization, or the project, uses no keys.
   * @throws {AuthUnavailable} When Tesseral does not say.
   */
  async resolve(key: string): Promise<Identity | undefined> {
    if (!FORM.test(key)) return;
    const digest = hash('sha256', key, 'base64url');
    const known = this.#known.get(digest);
    if (known) return known;
    const since = performance.now();
    const identity = await this.#ask(key);
    if (identity) this.#known.set(digest, identity, since);
    return identity;
  }

  async #ask(key: string): Promise<Identity | undefined> {
    try {
      return await withDeadline(this.#settings.timeoutMs, this.#never, (signal) =>
        this.#answer(key, signal),
      );
    } catch (cause) {
      if (cause instanceof AuthError) throw cause;
      const isOurs = cause instanceof IssuerEndpointError && cause.status === 401;
      const detail = isOurs ? 'our backend API key is refused' : undefined;
      throw new AuthUnavailable('lookup_failed', { detail, cause, retryAfterSeconds: 1 });
    }
  }

  async #answer(key: string, signal: AbortSignal): Promise<Identity | undefined> {
    const { endpoint, backendApiKey, fetch } = this.#settings;
    const question = {
      headers: { authorization: `Bearer ${backendApiKey.reveal()}` },
      body: { secretToken: key },
      understood: [400, 403],
      fetch,
      signal,
    };
    return identityIn(await onceMore(() => postJson(endpoint, question)), endpoint);
  }
}

/** An answer that says something else says nothing of the key. */
function identityIn({ status, document }: PostedJson, from: URL): Identity | undefined {
  if (status === 200) return identityOf(document, from);
  if (status === 400 && ownProperty(document, 'message') === 'unauthenticated_api_key') return;
  if (status === 403 && ownProperty(document, 'code') === 'permission_denied') {
    throw new Forbidden('api_keys_disabled');
  }
  const problem = `answered with status ${String(status)}, and not because of the key`;
  throw new IssuerEndpointError(from, problem, { status });
}

function identityOf(document: JsonObject, from: URL): Identity {
  const subject = ownProperty(document, 'apiKeyId');
  const organizationId = ownProperty(document, 'organizationId');
  // A list with nothing in it is left out.
  const actions = ownProperty(document, 'actions') ?? [];
  if (isText(subject) && isText(organizationId) && Array.isArray(actions)) {
    return Object.freeze({ subject, organizationId, permissions: actions.filter(isText) });
  }
  throw new IssuerEndpointError(from, 'names no key, or no organization');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
