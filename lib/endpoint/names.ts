import { lookup, Resolver } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { promisify } from 'node:util';

/** Where names lead. */
export type Names = (hostname: string) => Promise<readonly LookupAddress[]>;

const lookUp = promisify(lookup);

/** As everything on this machine sees it: what its files say, and its search domains. */
export const namesOfSystem: Names = (hostname) => lookUp(hostname, { all: true });

/** How long a name server is waited for, in milliseconds, and how often it is asked. */
const PATIENCE = { timeout: 1000, tries: 2 };

/**
 * As name servers say it. What the system looks up, it looks up two at a time: whoever has a name whose
 * server never answers would hold up every other look-up of the process.
 */
export async function namesOfServers(
  hostname: string,
  resolver = new Resolver(PATIENCE),
): Promise<readonly LookupAddress[]> {
  const answers = await Promise.allSettled([
    promisify(resolver.resolve4.bind(resolver))(hostname),
    promisify(resolver.resolve6.bind(resolver))(hostname),
  ]);
  const [ofIPv4, ofIPv6] = answers.map((each) => (each.status === 'fulfilled' ? each.value : []));
  const found = [...addresses(4, ofIPv4), ...addresses(6, ofIPv6)];
  const [first] = answers;
  if (found.length === 0 && first.status === 'rejected') throw first.reason;
  return found;
}

function addresses(family: 4 | 6, all: unknown): readonly LookupAddress[] {
  const given = Array.isArray(all) ? (all as string[]) : [];
  return given.map((address) => ({ address, family }));
}
