import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import type { AuthorityKind } from '../policy/requirement.js';

/** Names, or one list of names. */
export type Names<Name> = readonly Name[] | readonly [readonly Name[]];

/** Where names are required. */
interface Requiring {
  readonly spelling: string;
  readonly kind: AuthorityKind;
  /** What comes of leaving it out, where that would not do. */
  readonly aside?: string;
}

/** Every name of an empty list is held by anybody, so a list is never empty. */
export function checkedNames(
  { spelling, kind, aside = '' }: Requiring,
  names: readonly unknown[],
): string[] {
  const spelt = kind === 'roles' ? names.map(digits) : names;
  const problem =
    names.length === 0 ? 'names nothing' : spelt.map((name) => problemOf(kind, name)).find(Boolean);
  if (problem === undefined) return spelt as string[];
  throw new AuthConfigurationError(
    spelling,
    problem,
    `Name the ${kind} it requires, one text each${aside}.`,
  );
}

/** Some products number their roles. */
function digits(name: unknown): unknown {
  return Number.isSafeInteger(name) ? String(name) : name;
}

function problemOf(kind: AuthorityKind, name: unknown): string | undefined {
  if (name === undefined) return 'names undefined, which a circular import may have left behind';
  if (typeof name !== 'string') return `names a ${typeof name}`;
  if (name === '' || name.trim() !== name) return 'has a name that is empty or padded with space';
  // RFC 6749 section 3.3: what a client could not ask for, it cannot have.
  const isAskable = kind !== 'scopes' || /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name);
  return isAskable ? undefined : 'has a scope with a character that scopes cannot have';
}
