import { isIPv6 } from 'node:net';

/**
 * Who counts as one client where each may have so much and no more: an address, and of IPv6 the network of 64 bits that one customer is given
 * at least (RFC 6177). Everybody behind one proxy is one.
 */
export function partyOf(address = ''): string {
  const plain = address.split('%', 1)[0] ?? '';
  const mapped = /^::ffff:([\d.]+)$/i.exec(plain)?.[1];
  if (mapped !== undefined || !isIPv6(plain)) return mapped ?? plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const [front, back] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail === undefined ? [] : Array(8 - (front?.length ?? 0) - (back?.length ?? 0)).fill('0');
  const groups = [...(front ?? []), ...zeros, ...(back ?? [])].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
