/** The kinds of authority a handler can require. */
export type AuthorityKind = 'roles' | 'permissions' | 'scopes';

/** In the order they are decided: where new scopes cannot help, the client is not sent to ask for them. */
export const AUTHORITY_KINDS: readonly AuthorityKind[] = ['roles', 'permissions', 'scopes'];

/** One of the names, or every one of them. */
export interface Requirement {
  readonly mode: 'any' | 'all';
  readonly names: readonly string[];
}
