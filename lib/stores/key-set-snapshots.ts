/**
 * Keeps the key sets that issuers published beyond the life of the process, so that an instance
 * which starts while its issuer is down knows the keys that another one fetched.
 *
 * Whoever can write to it decides which keys are trusted: keep it as safe as the configuration.
 */
export interface KeySetSnapshots {
  /**
   * @param key Of safe characters only: `A-Z a-z 0-9 - _`.
   * @returns What was written last under the key; `undefined` when nothing was.
   */
  read(key: string): Promise<string | undefined>;

  /** Replaces what was written before: as a whole, or not at all. */
  write(key: string, text: string): Promise<void>;
}
