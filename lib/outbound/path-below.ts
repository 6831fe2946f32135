/** So often what was encoded is encoded again at most; nobody needs more than once. */
const MAX_ENCODINGS = 8;

/** An octet that ASCII has. */
const OCTET = /%([0-7][\da-f])/gi;

/** Octets that no text in UTF-8 has, which some servers take for a dot or a slash. */
const OVERLONG = /%c[01]/i;

/** One or two dots, and what servers cut off a name: a parameter, a blank, a control character, a query. */
// eslint-disable-next-line no-control-regex
const DOTS = /^\.{1,2}(?:[;?#\x00-\x20]|$)/;

/**
 * Whether a path could lead upwards on a server that reads more into it than the URL standard does:
 * encoded dots and slashes, backslashes, dots with a parameter. Those that are written plainly have been
 * resolved by whoever parsed the address. A slash that is encoded within a name leads nowhere.
 */
export function leadsUpwards(pathname: string): boolean {
  let path = pathname;
  for (let round = 0; round < MAX_ENCODINGS; round += 1) {
    if (OVERLONG.test(path) || path.split(/[/\\]/).some((part) => DOTS.test(part))) return true;
    const decoded = path.replace(OCTET, (_, octet: string) =>
      String.fromCharCode(Number.parseInt(octet, 16)),
    );
    if (decoded === path) return false;
    path = decoded;
  }
  return true;
}
