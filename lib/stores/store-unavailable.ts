/**
 * A store that cannot be reached, does not answer in time, or answers what it should not.
 *
 * Nothing in it quotes a key, a value, or what the server said.
 */
export class StoreUnavailable extends Error {
  /** What is wrong, in a word: `timeout`, `full`, `ECONNREFUSED`, `NOAUTH`. */
  readonly code: string;

  constructor(code: string) {
    super('The store is unavailable');
    this.name = 'StoreUnavailable';
    this.code = code;
  }
}
