import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { ownMembers, ownProperty } from '../core/own-property.js';
import type { IssuerOptions, TokenUseOptions } from '../module/options/issuer-options.js';
import {
  assertName,
  assertObject,
  refuseUndefined,
  refuseUnknown,
} from '../module/options/option-checks.js';
import { ISSUER_OPTIONS, NARROWING } from '../module/options/resolve-issuer.js';
import { resolveTokenUse } from '../module/options/resolve-token-use.js';
import { areExclusive } from '../verification/token-mark.js';

/**
 * What every preset takes beside its own words: any option of an issuer, which then holds instead of what
 * the preset says; `claims` entry by entry. What restricts adds up: the marks of `tokenUse` hold beside
 * those of the preset, and of `authorizedParties` those that the preset accepts as well.
 */
export type IssuerOverrides = Partial<Omit<IssuerOptions, 'issuer'>>;

/** What tells ID tokens where nothing else does: they speak of the login they came from (OpenID Connect Core section 2). */
export const NO_ID_TOKEN: readonly TokenUseOptions[] = [
  { claim: 'nonce', present: false },
  { claim: 'at_hash', present: false },
];

/** Nobody's: what stands under such a name is somebody's own claim. */
export const NOWHERE: readonly never[] = [];

const OVERRIDES = ISSUER_OPTIONS.filter((name) => name !== 'issuer');

const KEY_SOURCES = ['jwksUri', 'jwks', 'publicKey', 'secret'] as const;

/**
 * @param own The provider's own words.
 * @throws {AuthConfigurationError} When there are others, which nobody would read; or one that narrows
 *   is `undefined`.
 */
export function readPreset<T extends object>(
  name: string,
  given: T,
  own: readonly (keyof T & string)[],
): T {
  assertObject(name, given, `Give an object with its options: ${name}({ … }).`);
  refuseUnknown(name, given, [...new Set([...own, ...OVERRIDES])]);
  refuseUndefined(name, given, NARROWING);
  return ownMembers(given);
}

/**
 * An issuer as its preset has it, and the options that hold instead; the audience is the preset's affair.
 *
 * @param name What the preset is called.
 * @throws {AuthConfigurationError} When an option contradicts what the preset checks.
 */
export function issuerWith(
  name: string,
  preset: IssuerOptions,
  options: IssuerOverrides,
): IssuerOptions {
  const { claims, ...others } = ownMembers(overridesIn(options));
  const hasKeys = KEY_SOURCES.some((name) => Object.hasOwn(others, name));
  const { jwksUri, algorithms, claims: usual, ...rest } = ownMembers(preset);
  return {
    ...rest,
    ...(jwksUri === undefined || hasKeys ? {} : { jwksUri }),
    // With a secret, others than HMAC mean nothing.
    ...(algorithms === undefined || Object.hasOwn(others, 'secret') ? {} : { algorithms }),
    ...others,
    ...restrictionsOf(name, preset, others),
    claims: { ...usual, ...claims },
  };
}

/** What tells tokens and clients apart is not lost beside more of it. */
function restrictionsOf(
  name: string,
  preset: IssuerOptions,
  given: IssuerOverrides,
): Pick<IssuerOptions, 'tokenUse' | 'authorizedParties'> {
  const marks = [...marksOf(preset), ...marksOf(given)];
  if (given.tokenUse !== undefined) assertCompatible(`${name}.tokenUse`, preset, given);
  return {
    ...(marks.length > 0 && { tokenUse: marks }),
    ...partiesOf(name, preset, given),
  };
}

function marksOf({ tokenUse = [] }: IssuerOverrides): readonly TokenUseOptions[] {
  return [tokenUse].flat();
}

function assertCompatible(option: string, preset: IssuerOptions, given: IssuerOverrides): void {
  const [usual, more] = [preset, given].map((each) => resolveTokenUse(option, each.tokenUse));
  if (!areExclusive(usual ?? [], more ?? [])) return;
  throw new AuthConfigurationError(
    option,
    'contradicts what the preset demands of tokens, so that none would do',
    'Leave it out, or configure the issuer without the preset: { issuer, audience, tokenUse }.',
  );
}

function partiesOf(
  name: string,
  { authorizedParties: usual }: IssuerOptions,
  { authorizedParties: given, authorizedPartyRequired }: IssuerOverrides,
): Pick<IssuerOptions, 'authorizedParties'> {
  if (usual === undefined) return {};
  if (authorizedPartyRequired === false) {
    throw new AuthConfigurationError(
      `${name}.authorizedPartyRequired`,
      'is false, and clientId demands that tokens name their client',
      'Leave it out.',
    );
  }
  // What is no list is refused like that of any issuer.
  if (!Array.isArray(given)) return {};
  const accepted = (given as readonly string[]).filter((each) => usual.includes(each));
  if (accepted.length > 0 || given.length === 0) return { authorizedParties: accepted };
  throw contradiction(`${name}.authorizedParties`);
}

/** Beside a client, whoever else is named cannot be meant. */
function contradiction(option: string): AuthConfigurationError {
  return new AuthConfigurationError(
    option,
    'names none of the clients that clientId names, so that no token would do',
    'Name all clients by clientId (AUTH_CLIENT_ID in the environment), and leave it out.',
  );
}

/**
 * The audience of tokens that are made for clients: they are, whatever else is demanded.
 *
 * @throws {AuthConfigurationError} When none of them is accepted.
 */
export function audienceWithin(
  name: string,
  clients: readonly string[],
  { audience }: IssuerOverrides,
): IssuerOptions['audience'] {
  if (audience === undefined) return clients;
  if (typeof audience === 'function') {
    return (claims) => {
      const named: readonly unknown[] = [ownProperty(claims, 'aud')].flat();
      return clients.some((each) => named.includes(each)) && audience(claims);
    };
  }
  const accepted = clients.filter((each) => [audience].flat().includes(each));
  if (accepted.length > 0) return accepted;
  throw contradiction(`${name}.audience`);
}

function overridesIn(options: IssuerOverrides): IssuerOverrides {
  const names = OVERRIDES.filter((name) => name !== 'audience');
  const given = names.map((name) => [name, options[name as keyof IssuerOverrides]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/**
 * The issuer, where it is given as it is.
 *
 * @param instead The words it would otherwise be made of.
 * @throws {AuthConfigurationError} When both are given.
 */
export function givenIssuer<T extends { readonly issuer?: string }>(
  name: string,
  options: T,
  instead: readonly (keyof T & string)[],
): string | undefined {
  const { issuer } = options;
  if (issuer === undefined) return;
  assertName(`${name}.issuer`, issuer, 'Give the exact value of claim iss.');
  const beside = instead.find((word) => options[word] !== undefined);
  if (beside === undefined) return issuer;
  throw new AuthConfigurationError(
    `${name}.${beside}`,
    'is given beside issuer',
    `Give one of the two: issuer is made of ${instead.join(' and ')}.`,
  );
}

/** @throws {AuthConfigurationError} When nobody says whom the tokens are meant for. */
export function audienceOf(
  name: string,
  { audience }: IssuerOverrides,
  what = 'Name this API as its issuer knows it',
): IssuerOptions['audience'] {
  if (audience !== undefined) return audience;
  throw new AuthConfigurationError(
    `${name}.audience`,
    'is missing',
    `${what} (AUTH_AUDIENCE in the environment).`,
  );
}

/**
 * Without an audience, the clients have to be named: else the token of any client opens this API.
 *
 * @throws {AuthConfigurationError}
 */
export function refuseAnybody(
  name: string,
  { audience, authorizedParties }: IssuerOverrides,
): void {
  if (audience !== null || authorizedParties !== undefined) return;
  throw new AuthConfigurationError(
    `${name}.audience`,
    'is null, and no client is named',
    'Name the clients whose tokens are accepted: authorizedParties: [clientId].',
  );
}

/** What a word of a provider looks like. */
export interface Form {
  readonly pattern: RegExp;
  /** What is asked for, after "Give". */
  readonly what: string;
  /** The variable of the environment that says it. */
  readonly variable?: string;
}

/** @throws {AuthConfigurationError} Unless the word has this form. */
export function wordOf(option: string, value: unknown, { pattern, what, variable }: Form): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new AuthConfigurationError(
    option,
    value === undefined ? 'is missing' : 'is of another form',
    `Give ${what}${variable === undefined ? '' : ` (${variable} in the environment)`}.`,
  );
}

/** What stands for a host alone: no scheme, no path, no capital letters, for issuers are compared byte for byte. */
const HOST = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d-]*[a-z\d]$/;

/** @throws {AuthConfigurationError} Unless it is the name of a host, and nothing more. */
export function hostOf(option: string, value: unknown, like: string): string {
  const what = `the name of the host alone, in small letters and without https://, as in ${like}`;
  return wordOf(option, value, { pattern: HOST, what, variable: 'AUTH_DOMAIN' });
}

/**
 * An address without the slash at its end.
 *
 * @throws {AuthConfigurationError} Unless it is one, without a query.
 */
export function baseOf(option: string, value: unknown, like: string): string {
  const what = `an https address without a query, as in ${like}`;
  const form = { pattern: /^https?:\/\/[^\s?#]+$/, what, variable: 'AUTH_PROVIDER_URL' };
  return wordOf(option, value, form).replace(/\/$/, '');
}

/** @throws {AuthConfigurationError} Unless these are names, one or several. */
export function namesOf(option: string, given: unknown, cure: string): readonly string[] {
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const name of names.length > 0 ? names : [undefined]) assertName(option, name, cure);
  return names as readonly string[];
}
