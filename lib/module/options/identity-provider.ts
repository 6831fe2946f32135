import type { CredentialOption } from './credential-options.js';
import type { IssuerOptions } from './issuer-options.js';

/** What an identity provider's preset adds up to: nothing that could not be written by hand. */
export interface IdentityProvider {
  /** Its issuers, each with what its tokens look like. */
  readonly issuers: readonly IssuerOptions[];
  /** Its credentials that are no tokens of an issuer: API keys, opaque tokens. */
  readonly credentials?: readonly CredentialOption[];
  /**
   * What permissions begin with that its tokens never have, whoever is calling: `org:sys_`. The report
   * warns of a handler that requires one, where nothing else grants it.
   *
   * @default none
   */
  readonly absentPermissions?: readonly string[];
}

/** A provider that has to be asked at boot what it is called. */
export interface DiscoveredProvider {
  /**
   * Asked once, before the application starts.
   *
   * @throws {AuthConfigurationError} When it does not answer: the application does not start without it.
   */
  readonly discover: () => Promise<IdentityProvider>;
}

/** One entry of the option `issuers`. */
export type IssuerEntry = IssuerOptions | IdentityProvider | DiscoveredProvider;

/** An issuer, and by which option it was given. */
export interface GivenIssuer {
  readonly option: string;
  readonly issuer: IssuerOptions;
}

/** Every issuer that the options name, those of providers among them. */
export function issuersOf(entries: readonly IssuerEntry[]): readonly GivenIssuer[] {
  return entries.flatMap((entry, index) => {
    const option = `issuers[${String(index)}]`;
    const all = isProvider(entry) ? entry.issuers : [entry as IssuerOptions];
    return all.map((issuer) => ({ option, issuer }));
  });
}

/** The further kinds of credential that providers bring. */
export function credentialsOf(entries: readonly IssuerEntry[]): readonly CredentialOption[] {
  return entries.flatMap((entry) => (isProvider(entry) ? (entry.credentials ?? []) : []));
}

/** What permissions begin with that no entry's tokens have. */
export function absentPermissionsOf(entries: readonly IssuerEntry[]): readonly string[] {
  const [first = [], ...others] = entries.map((entry) =>
    isProvider(entry) ? (entry.absentPermissions ?? []) : [],
  );
  return first.filter((prefix) => others.every((each) => each.includes(prefix)));
}

export function isProvider(entry: unknown): entry is IdentityProvider {
  return hasOwn(entry, 'issuers') && Array.isArray((entry as Partial<IdentityProvider>).issuers);
}

export function isDiscovered(entry: unknown): entry is DiscoveredProvider {
  return hasOwn(entry, 'discover');
}

function hasOwn(entry: unknown, name: string): boolean {
  return typeof entry === 'object' && entry !== null && Object.hasOwn(entry, name);
}
