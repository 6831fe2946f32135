import { distance } from 'fastest-levenshtein';
import { AuthConfigurationError } from './auth-configuration-error.js';

/** With so many letters changed, or fewer, a name counts as misspelt. */
const SLIP = 2;

/**
 * Refuses members nobody reads: a misspelt option must not be a check that is silently off.
 *
 * @throws {AuthConfigurationError}
 */
export function refuseUnknown(option: string, value: object, known: readonly string[]): void {
  const unknown = unknownMember(value, known);
  if (!unknown) return;
  throw new AuthConfigurationError(`${option}.${unknown.name}`, 'is no option', unknown.cure);
}

/** A member that nobody reads, and what to do about it; `undefined` where there is none. */
export function unknownMember(
  value: object,
  known: readonly string[],
): { readonly name: string; readonly cure: string } | undefined {
  const name = Object.keys(value).find((each) => !known.includes(each));
  if (name === undefined) return;
  const near = namesNear(name, known);
  const meant = (near.length > 0 ? near : known).join(', ');
  return { name, cure: `Remove it, or correct its name: ${meant}.` };
}

/** Those that may be meant by a name that is none of them, the nearest first: a slip away, or a part of it. */
export function namesNear(name: string, known: readonly string[]): readonly string[] {
  const far = (each: string): number => distance(each.toLowerCase(), name.toLowerCase());
  const isNear = (each: string): boolean => {
    const slips = far(each);
    return (slips <= SLIP && slips * 2 <= each.length) || isPart(each, name) || isPart(name, each);
  };
  return known.filter(isNear).sort((one, other) => far(one) - far(other));
}

/** Of three letters, a name says something. */
function isPart(whole: string, part: string): boolean {
  return part.length >= 3 && whole.toLowerCase().includes(part.toLowerCase());
}
