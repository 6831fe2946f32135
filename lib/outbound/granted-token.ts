import { Concealed } from '../core/concealed.js';
import { ownProperty } from '../core/own-property.js';
import type { JsonObject } from '../endpoint/read-json.js';

/** An access token that a token endpoint gave (RFC 6749 section 5.1). */
export interface GrantedToken {
  readonly token: Concealed<string>;
  /** The scopes that were granted, where they are others than those asked for; `undefined` for these. */
  readonly scopes: readonly string[] | undefined;
  /** For how long it is worth holding, in seconds. */
  readonly lifetimeSeconds: number;
  /** How long ago it was granted, in seconds: more than 0 where another instance got it. */
  readonly ageSeconds: number;
}

/** A token so young is not the reason why it is not accepted, in milliseconds; who refuses every one of them makes us ask no more often. */
export const YOUNG_MS = 10_000;

/** So much of its life is left for the way to whoever checks it, in milliseconds; of a short one, a tenth. */
const MARGIN_MS = 5000;

/** What may stand in a header as a bearer token (RFC 6750 section 2.1), and not too much of it. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

const BEARER = /^bearer$/i;

/** For how long a token is held whose life nobody told, in seconds. */
const UNTOLD_SECONDS = 60;

/** For how long one is held that should not live at all, or for less than a second, in seconds: asking again would not help. */
const NO_LIFE_SECONDS = 10;

/** Longer than a day, nobody holds one. */
const LONGEST_SECONDS = 86_400;

/**
 * Reads the answer of a token endpoint.
 *
 * @returns `undefined` when it holds no bearer token that can be sent.
 */
export function readGrantedToken(answer: JsonObject): GrantedToken | undefined {
  const [value, type, life, scope] = ['access_token', 'token_type', 'expires_in', 'scope'].map(
    (name) => ownProperty(answer, name),
  );
  if (!isSendableToken(value)) return;
  if (typeof type !== 'string' || !BEARER.test(type)) return;
  return Object.freeze({
    token: new Concealed(value),
    scopes: typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : undefined,
    lifetimeSeconds: lifetimeOf(life),
    ageSeconds: 0,
  });
}

/** Whether it may stand in a header as a bearer token. */
export function isSendableToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

/** For how long a token that lives so long is sent, in milliseconds. */
export function usableMs(lifeMs: number): number {
  return lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
}

/** Some servers write numbers as texts; what is neither is as good as nothing. */
function lifetimeOf(given: unknown): number {
  const seconds = typeof given === 'string' && /^\d{1,12}$/.test(given) ? Number(given) : given;
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) return UNTOLD_SECONDS;
  return seconds >= 1 ? Math.min(seconds, LONGEST_SECONDS) : NO_LIFE_SECONDS;
}
