/** A service whose word on its own caller is taken. */
export interface TrustedServiceOptions {
  /** The issuer of its tokens, exactly as in `issuers`. */
  readonly issuer: string;
  /** The client that it is there: what its tokens say in `client_id` or `azp`, or in the `clientClaims` of the issuer. */
  readonly clientId: string;
}

/** What is kept of a request, and believed of what it says of its caller. */
export interface ContextOptions {
  /**
   * Whose context headers are read, instead of thrown away: services that call with a token of their own.
   * `AuthService.forwardedContext()` tells what they say; it changes nothing of who is calling.
   *
   * > [!WARNING]
   * > Such a service can name any user.
   *
   * @default none
   */
  readonly trustedServices?: readonly TrustedServiceOptions[];
  /**
   * Context headers that stay on requests as clients send them: `['client-ip']`, of an application that
   * has its own use for the name.
   *
   * > [!WARNING]
   * > Anybody can send them: believe none, and forward none.
   *
   * @default none: all of them are taken off
   */
  readonly keepHeaders?: readonly string[];
  /**
   * Further headers that nobody is believed: taken off requests in whatever case, with `_` for `-` as well.
   * Names that services which call this one add by `@ContextHeaders`; `AuthService.forwardedContext()` has
   * what trusted ones say under them as `constants`.
   *
   * @default none
   */
  readonly stripHeaders?: readonly string[];
}
