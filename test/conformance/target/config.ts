import type { AuthModuleOptions, IssuerOptions } from 'nestjs-portcullis';

/** What the target is started with. */
export interface TargetConfig {
  readonly adapter: 'express' | 'fastify';
  /** Seconds since the epoch at which the clock stands; `null` for the real one. */
  readonly now: number | null;
  readonly auth: Omit<AuthModuleOptions, 'onEvent'>;
}

type Members = Readonly<Record<string, unknown>>;

const MEMBERS = ['adapter', 'now', 'clockToleranceSeconds', 'profile', 'issuers'];
// `tenant` names an issuer for routes whose feature does not exist yet.
const ISSUER_MEMBERS = ['issuer', 'audience', 'algorithms', 'jwks', 'jwksUri', 'tenant'];

/**
 * Reads a configuration file's text. What the module itself checks at boot is left to it.
 *
 * @throws {TypeError} In a sentence that says what is wrong.
 */
export function parseConfig(text: string): TargetConfig {
  const config = members(JSON.parse(text), 'The configuration', MEMBERS);
  const { adapter = 'express', now = null, clockToleranceSeconds, profile, issuers } = config;
  if (adapter !== 'express' && adapter !== 'fastify') {
    throw new TypeError('"adapter" must be "express" or "fastify"');
  }
  if (now !== null && !(typeof now === 'number' && Number.isFinite(now))) {
    throw new TypeError('"now" must be a number of seconds, or null for the real clock');
  }
  if (!Array.isArray(issuers)) throw new TypeError('"issuers" must be a list');
  const common = { clockToleranceSeconds, profile };
  const auth = { issuers: issuers.map((each: unknown) => issuer(each, common)) };
  return { adapter, now, auth: now === null ? auth : { ...auth, clock: () => now * 1000 } };
}

function issuer(value: unknown, common: Members): IssuerOptions {
  const given = Object.entries({
    ...members(value, 'An issuer', ISSUER_MEMBERS),
    ...common,
  }).filter(
    // An audience of null means something.
    ([name, each]) =>
      name !== 'tenant' && each !== undefined && (each !== null || name === 'audience'),
  );
  return Object.fromEntries(given) as unknown as IssuerOptions;
}

function members(value: unknown, what: string, known: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must be an object`);
  }
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`${what} has an unknown member "${unknown}"`);
  return value as Members;
}
