import { ownMembers } from '../core/own-property.js';

/** What a token is asked for. */
export interface TokenPurpose {
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  /** RFC 8707. */
  readonly resource?: string | undefined;
}

/** What is said of a purpose to a token endpoint. */
export function parametersOf(purpose: TokenPurpose): Readonly<Record<string, string>> {
  const { scope, audience, resource } = ownMembers(purpose);
  return {
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
  };
}
