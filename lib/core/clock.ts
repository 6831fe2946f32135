/**
 * Tells the time: milliseconds since the epoch, as `Date.now` does.
 *
 * Every date the module compares (`exp`, `nbf`, `iat`, the age of a key set) is compared with this
 * one clock.
 */
export type Clock = () => number;
