import { BlockList, isIP, SocketAddress } from 'node:net';

type Family = 'ipv4' | 'ipv6';

/** One address, or a whole subnet of them. */
interface Subnet {
  readonly address: string;
  readonly family: Family;
  /** How many bits at the beginning count. */
  readonly bits: number;
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** How IPv6 writes an IPv4 address (RFC 4291 section 2.5.5.2), and how many bits come before it. */
const MAPPED = '::ffff:';
const MAPPED_BITS = 96;

/** An address, and for a subnet the number of its bits. */
const ENTRY = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/;

/**
 * Whether an address is one of those that are allowed, one by one or as subnets: `203.0.113.7`,
 * `2001:db8::/32`. In whichever form an address is written, it is the same address; an IPv4 address
 * in the form of IPv6 is an IPv4 address.
 *
 * @param address Whence a request came, as the transport knows it: never as a header says it, unless
 *   a proxy is trusted with it. `undefined`, or what is no address, is not allowed.
 * @param allowed What is neither an address nor a subnet allows nothing.
 */
export function isAllowedAddress(address: string | undefined, allowed: readonly string[]): boolean {
  const from = address === undefined ? undefined : parse(address, undefined);
  if (!from) return false;
  const list = new BlockList();
  for (const entry of allowed) {
    const subnet = parseEntry(entry);
    if (subnet?.family === from.family) {
      list.addSubnet(subnet.address, subnet.bits, subnet.family);
    }
  }
  return list.check(from.address, from.family);
}

/** Whether it is an address or a subnet, so that it can allow anything. */
export function isAddressEntry(entry: unknown): entry is string {
  return parseEntry(entry) !== undefined;
}

function parseEntry(entry: unknown): Subnet | undefined {
  const parts = typeof entry === 'string' ? ENTRY.exec(entry) : null;
  if (parts?.[1] === undefined) return;
  const [, address, bits] = parts;
  return parse(address, bits === undefined ? undefined : Number(bits));
}

/** @param bits `undefined`: all of them. */
function parse(text: string, bits: number | undefined): Subnet | undefined {
  const version = isIP(text);
  // A zone (RFC 4007) means something on one machine only.
  if (version === 0 || text.includes('%')) return;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const { address } = new SocketAddress({ address: text, family });
  return unmapped({ address, family, bits: bits ?? BITS[family] });
}

function unmapped(subnet: Subnet): Subnet | undefined {
  const { address, family, bits } = subnet;
  if (bits > BITS[family]) return;
  const inside = address.slice(MAPPED.length);
  const isMapped = address.startsWith(MAPPED) && isIP(inside) === 4 && bits >= MAPPED_BITS;
  return isMapped ? { address: inside, family: 'ipv4', bits: bits - MAPPED_BITS } : subnet;
}
