/** What comes before a token among sub-protocols: `Sec-WebSocket-Protocol: bearer, <token>`. */
const MARK = 'bearer';

/** The tokens among the sub-protocols that a client offers (RFC 6455 section 4.1): each one after the word `bearer`. */
export function tokensAmong(header = ''): readonly string[] {
  const offered = header.split(',').map((each) => each.trim());
  return offered.filter((each, index) => each !== '' && offered[index - 1] === MARK);
}

/** Chooses one of the sub-protocols that a client offers; `false` for none. */
export type Choose<Request> = (offered: Set<string>, request: Request) => string | false;

/**
 * Never chooses a token, which the answer would repeat: what the application chooses of the others, else
 * the first of them, else the word `bearer` itself, for browsers do not connect where nothing is chosen.
 */
export function choosingNoToken<Request>(chosen?: Choose<Request> | null): Choose<Request> {
  return (offered, request) => {
    const all = [...offered];
    const others = new Set(all.filter((each, index) => each !== MARK && all[index - 1] !== MARK));
    const isMarked = others.size < all.length;
    const choice = chosen && others.size > 0 ? chosen(others, request) : first(others);
    const isOffered = choice !== false && others.has(choice);
    if (isOffered) return choice;
    return isMarked ? MARK : false;
  };
}

function first(offered: ReadonlySet<string>): string | false {
  const [one = false] = offered;
  return one;
}
