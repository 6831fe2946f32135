/** Why an authenticated principal is refused. */
export type DenialReason =
  'insufficient_role' | 'insufficient_permission' | 'insufficient_scope' | 'undeclared_route';

/** The verdict of a policy on a principal: a value, never a bare boolean. */
export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly reason: DenialReason;
      /** The requirement that was not met, in words. */
      readonly detail: string;
    };
