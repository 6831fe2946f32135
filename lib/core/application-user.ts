/**
 * The types that an application brings along. Declare its user once, and whatever hands it out knows
 * what it is:
 *
 * ```ts
 * declare module 'nestjs-portcullis' {
 *   interface ApplicationTypes {
 *     user: User;
 *   }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- It is for applications to fill.
export interface ApplicationTypes {}

/** The application's own user, as `principal.load` finds it. */
export type ApplicationUser = ApplicationTypes extends { user: infer User extends object }
  ? User
  : object;
