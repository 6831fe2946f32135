import { BlockList, isIP } from 'node:net';

/**
 * What is not reached through the Internet, or by nobody in particular (RFC 6890 and its registry).
 *
 * IPv4 has a list of its own: in one with both, an IPv4 address would be looked for in the form that
 * IPv6 has for it, which no IPv6 address may have here.
 */
const IPV4 = listOf('ipv4', [
  ...(['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'] as const),
  ...(['172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24'] as const),
  ...(['192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'] as const),
  ...(['224.0.0.0/4', '240.0.0.0/4'] as const),
]);

/**
 * All but global unicast, which is 2000::/3: so loopback, unique and link-local addresses, multicast,
 * and all that stands for an IPv4 address. Of global unicast what is for protocols, for documentation,
 * and what stands for an IPv4 address too (Teredo, 6to4).
 */
const IPV6 = listOf('ipv6', [
  ...(['::/3', '4000::/2', '8000::/1'] as const),
  ...(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const),
]);

/** Whether an IP address is one of the Internet's; what is no IP address is none. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !IPV4.check(address, 'ipv4');
    case 6:
      return !IPV6.check(address, 'ipv6');
    default:
      return false;
  }
}

function listOf(family: 'ipv4' | 'ipv6', subnets: readonly `${string}/${string}`[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
