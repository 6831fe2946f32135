/** What becomes of answers that take their time. */
export interface StreamOptions {
  /**
   * Which answers are ended when the credential expires that they are given for, or is put on the
   * `RevocationList` of `revocation` in this process: those of `@Sse()` handlers, which have no end of
   * their own (`event-streams`), whatever is still being answered (`all`), or none (`none`). An event
   * stream ends as if it were over; a download or any other answer is broken off.
   *
   * @default 'event-streams'
   */
  readonly endWithCredential?: 'event-streams' | 'all' | 'none';
}
