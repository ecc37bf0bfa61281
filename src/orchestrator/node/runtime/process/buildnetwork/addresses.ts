import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The machine itself, and what only it can reach: loopback, "this host" and link-local (RFC 6890), multicast. */
const LOCAL: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['::1', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const NEVER = new BlockList();
for (const [network, prefix, family] of LOCAL) NEVER.addSubnet(network, prefix, family);

/** Addresses of the machine's own interfaces count too: the daemon and its pods may listen on all of them. */
export function isLocal(address: string, own: readonly string[] = ownAddresses()): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  // IPv4 in IPv6 (`::ffff:127.0.0.1`) is looked up by BlockList as what it stands for.
  return NEVER.check(address, family) || own.includes(address) || own.includes(mapped(address));
}

const mapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));

export class LocalAddressError extends Error {
  constructor(host: string) {
    super(`${host} is an address of this machine`);
  }
}

/** Resolves names as ever, and finds none of the machine's own addresses. */
export const lookupElsewhere: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '');
    const elsewhere = found.filter(({ address }) => !isLocal(address));
    const [first] = elsewhere;
    if (!first) return callback(new LocalAddressError(hostname), '');
    if (options.all) callback(null, elsewhere);
    else callback(null, first.address, first.family);
  });
};
