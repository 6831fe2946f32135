/** What comes before a token among sub-protocols, in whatever case: `Sec-WebSocket-Protocol: bearer, <token>`. */
const MARK = /^bearer$/i;

/** What is no name of a protocol, but a token in a wrong place: `bearer.<token>`, or the token alone. */
const NO_NAME = /^bearer[._-]|^.{65}/i;

/** The tokens among the sub-protocols that a client offers (RFC 6455 section 4.1): each one after the word `bearer`. */
export function tokensAmong(header = ''): readonly string[] {
  const offered = header.split(',').map((each) => each.trim());
  return offered.filter((each, index) => each !== '' && isMark(offered[index - 1]));
}

/** Chooses one of the sub-protocols that a client offers; `false` for none. */
export type Choose<Request> = (offered: Set<string>, request: Request) => string | false;

/**
 * Never chooses a token, which the answer would repeat: what the application chooses of the others, else
 * the first of them, else the word `bearer` itself, for browsers do not connect where nothing is chosen. A token that a client
 * puts elsewhere is not chosen either.
 */
export function choosingNoToken<Request>(chosen?: Choose<Request> | null): Choose<Request> {
  return (offered, request) => {
    const all = [...offered];
    const mark = all.find(isMark) ?? false;
    const others = new Set(all.filter((each, index) => !isMark(each) && !isMark(all[index - 1])));
    const names = new Set([...others].filter((each) => !NO_NAME.test(each)));
    const choice = chosen && names.size > 0 ? chosen(names, request) : first(names);
    return choice !== false && names.has(choice) ? choice : mark;
  };
}

function isMark(name: string | undefined): boolean {
  return name !== undefined && MARK.test(name);
}

function first(offered: ReadonlySet<string>): string | false {
  const [one = false] = offered;
  return one;
}
