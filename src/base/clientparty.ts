import { networkOf } from './cidr.ts';
import { formatIp, isMappedIpv4, parseIp } from './ip.ts';

/**
 * Who counts as one client where each may have so much and no more: an address, and of IPv6 the network of 64 bits that one customer is given
 * at least (RFC 6177). Everybody behind one proxy is one.
 */
export function partyOf(address = ''): string {
  const plain = address.split('%', 1)[0] ?? '';
  const bytes = parseIp(plain);
  if (bytes?.length !== 16) return plain;
  return isMappedIpv4(bytes) ? formatIp(bytes.slice(12)) : `${formatIp(networkOf({ bytes, length: 64 }))}/64`;
}
