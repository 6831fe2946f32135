/**
 * The names an application knows. Declare them once, and a misspelt one does not compile:
 *
 * ```ts
 * declare module 'nestjs-portcullis' {
 *   interface AuthorityNames {
 *     roles: 'admin' | 'editor';
 *     permissions: 'orders:read' | 'orders:write';
 *     scopes: 'orders';
 *   }
 * }
 * ```
 *
 * What is left out may be called anything.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- It is for applications to fill.
export interface AuthorityNames {}

/** A number names the role with its digits, as some products number theirs. */
export type RoleName = AuthorityNames extends { roles: infer Name } ? Name : string | number;

export type PermissionName = AuthorityNames extends { permissions: infer Name } ? Name : string;

export type ScopeName = AuthorityNames extends { scopes: infer Name } ? Name : string;
