import { AuthConfigurationError } from '../core/auth-configuration-error.js';
import { ownMembers } from '../core/own-property.js';
import { refuseUnknown } from '../core/refuse-unknown.js';
import type { TokenPurposeFacts } from '../observability/token-event.js';

/** What a token is asked for. */
export interface TokenPurpose {
  /** Separated by spaces, or as a list (RFC 6749 section 3.3). */
  readonly scope?: string | readonly string[] | undefined;
  readonly audience?: string | undefined;
  /** RFC 8707. */
  readonly resource?: string | undefined;
}

/** A purpose as it is said to a token endpoint. */
export type StatedPurpose = TokenPurposeFacts;

const NAME_CURE = 'Give the name that the service has at its issuer, or leave it out.';

const SCOPE_CURE =
  "Give names separated by spaces, or a list: scope: ['invoices:read', 'invoices:write'].";

/**
 * @param spelling Where it is given: `services.billing`.
 * @throws {AuthConfigurationError} When it is none: what was left out would ask for something else.
 */
export function statedPurpose(spelling: string, given: TokenPurpose): StatedPurpose {
  if (typeof (given as unknown) !== 'object' || (given as unknown) === null) {
    const cure = "Give an object: { scope: 'invoices:read' }.";
    throw new AuthConfigurationError(spelling, 'is given a purpose that is no object', cure);
  }
  refuseUnknown(spelling, given, ['scope', 'audience', 'resource']);
  const { scope, audience, resource } = ownMembers(given);
  return {
    ...(scope !== undefined && { scope: scopeOf(`${spelling}.scope`, scope) }),
    ...(audience !== undefined && { audience: nameOf(`${spelling}.audience`, audience) }),
    ...(resource !== undefined && { resource: nameOf(`${spelling}.resource`, resource) }),
  };
}

/** A purpose in words: `scope "a b", audience "c"`; empty for none. The words are the program's, but their line is ours. */
export function purposeInWords(purpose: StatedPurpose): string {
  const named = Object.entries(purpose).map(([name, value]) => `${name} ${quoted(String(value))}`);
  return named.join(', ');
}

/** What is written of a service's token where it is not to be had. */
export function serviceInWords(service: string, purpose: StatedPurpose): string {
  const words = purposeInWords(purpose);
  return `services.${service}${words === '' ? '' : ` (${words})`}`;
}

function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 256)).replace(/[^\x20-\x7e]/g, '?');
}

/** RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

function scopeOf(option: string, given: unknown): string {
  const isText = typeof given === 'string';
  const names: unknown = isText ? given.split(' ') : given;
  if (!Array.isArray(names) || names.length === 0) {
    throw new AuthConfigurationError(option, 'names nothing', SCOPE_CURE);
  }
  for (const name of names) assertScope(option, name, isText);
  return names.join(' ');
}

/** @param isOfText Where several names are in one text, a comma stands for a space more often than for itself. */
function assertScope(option: string, name: unknown, isOfText: boolean): void {
  if (typeof name !== 'string' || !SCOPE.test(name)) {
    const problem =
      typeof name === 'string' && name.trim() !== ''
        ? 'has a name with a character that scopes cannot have (RFC 6749 section 3.3)'
        : 'has what is not a non-empty string, or a space too many';
    throw new AuthConfigurationError(option, problem, SCOPE_CURE);
  }
  if (!isOfText || !name.includes(',')) return;
  const cure = `${SCOPE_CURE} A name that has a comma goes into a list.`;
  throw new AuthConfigurationError(option, 'has a comma', cure);
}

function nameOf(option: string, given: unknown): string {
  if (typeof given === 'string' && given !== '' && given.trim() === given) return given;
  throw new AuthConfigurationError(
    option,
    'is not a non-empty string without space around it',
    NAME_CURE,
  );
}
