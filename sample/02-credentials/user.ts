/** A user as the application knows them; `@CurrentUser()` gives one. No hash in it, for it is shown. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  readonly roles: readonly string[];
  readonly isSuspended: boolean;
}

/** Whatever hands out the user knows its type. */
declare module 'nestjs-portcullis' {
  interface ApplicationTypes {
    user: User;
  }
}
