import { ownMembers } from '../../core/own-property.js';
import type { CredentialOption } from './credential-options.js';
import type { IssuerOptions } from './issuer-options.js';

/** What an identity provider's preset adds up to: nothing that could not be written by hand. */
export interface IdentityProvider {
  /** Its issuers, each with what its tokens look like. */
  readonly issuers: readonly IssuerOptions[];
  /**
   * What it is called, where there are rules that only sessions of its issuers meet: `clerk`.
   *
   * @default none
   */
  readonly name?: string;
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
  /** What the provider is called that it was given by. */
  readonly provider?: string | undefined;
}

/** Every issuer that the options name, those of providers among them. */
export function issuersOf(entries: readonly IssuerEntry[]): readonly GivenIssuer[] {
  return entries.flatMap((entry, index) => {
    const option = `issuers[${String(index)}]`;
    if (!isProvider(entry)) return [{ option, issuer: entry as IssuerOptions }];
    const { issuers, name } = ownMembers(entry);
    return issuers.map((issuer) => ({ option, issuer, provider: name }));
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
