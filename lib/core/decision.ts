/** Why an authenticated principal is refused. */
export type DenialReason =
  | 'insufficient_role'
  | 'insufficient_permission'
  | 'insufficient_scope'
  | 'undeclared_route'
  | 'machine_not_declared'
  | 'policy_denied';

/** That a principal may not, and why. */
export interface Denial {
  readonly allowed: false;
  readonly reason: DenialReason;
  /** The requirement that was not met, in words. */
  readonly detail: string;
}

/** The verdict of a policy on a principal: a value, never a bare boolean. */
export type Decision = { readonly allowed: true } | Denial;
