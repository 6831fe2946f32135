/** What the corridor needs to know of a request, whatever transport brought it. */
export interface AuthRequest {
  /** The method of HTTP, in upper case; `undefined` on transports that have none. */
  readonly method: string | undefined;
  /** Where it came from, as the framework tells, which knows what proxies to trust; `undefined` where that is not known. */
  readonly remoteAddress: string | undefined;
  /** The host that it was sent to, without a port, as the framework tells, which knows what proxies to trust; `undefined` where there is none. */
  readonly host: string | undefined;
  /** Whether it stands for many calls and says the same of each: what it presents is looked for once. Default: `false`. */
  readonly isLasting?: boolean | undefined;
  /**
   * The values of a header in the order they were received: empty when absent, several when the
   * header was sent several times.
   *
   * @param name In lower case.
   */
  header(name: string): readonly string[];
  /** A parameter of the path, as the client sent it; `undefined` where the path has none of that name. */
  parameter(name: string): unknown;
}
