import type { PermissionName, RoleName } from '../../core/authority-names.js';

/** A role as a text: one that is numbered, by its digits. */
type RoleText = `${RoleName}`;

/** What roles mean beyond their names. */
export interface RoleOptions {
  /**
   * Roles that come with a role: with `{ admin: ['editor'], editor: ['reader'] }`, an admin is an
   * editor and a reader too.
   *
   * @default none
   */
  readonly hierarchy?: Readonly<Partial<Record<RoleText, readonly RoleText[]>>>;
  /**
   * Permissions that come with a role: `{ editor: ['orders:write'] }`.
   *
   * @default none
   */
  readonly permissions?: Readonly<Partial<Record<RoleText, readonly PermissionName[]>>>;
  /**
   * Roles that stand for every role and every permission. Scopes and policies still hold.
   *
   * > [!WARNING]
   * > Whoever has one reaches every handler that asks for roles and permissions only.
   *
   * @default none
   */
  readonly super?: readonly RoleText[];
  /**
   * Roles hold only inside an organization: a caller without one has none.
   *
   * @default false
   */
  readonly withinOrganization?: boolean;
}

/** How policies are asked. */
export interface PolicyOptions {
  /**
   * How long a policy, or a combination of rules, may take, in seconds: 0.1 to 60. After that the answer
   * is 503.
   *
   * @default 3
   */
  readonly timeoutSeconds?: number;
}

/** What becomes of the report of every route. */
export interface ReportOptions {
  /**
   * Refuse to boot while `AuthReport` has a warning.
   *
   * @default false
   */
  readonly strict?: boolean;
}
