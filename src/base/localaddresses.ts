import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A network, the bits of its prefix, and its family. */
export type Network = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

/** Whether an address is in one of these networks. IPv4 in IPv6 (`::ffff:127.0.0.1`) is looked up as what it stands for. */
export function inNetworks(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList();
  for (const [network, prefix, family] of networks) list.addSubnet(network, prefix, family);
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The machine itself, and what only it can reach: loopback, "this host" and link-local (RFC 6890), multicast. */
const isOfThisHost = inNetworks([
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['::1', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);

/** Addresses of the machine's own interfaces count too: the daemon and its pods may listen on all of them. */
export function isLocalAddress(address: string, own: readonly string[] = ownAddresses()): boolean {
  return isOfThisHost(address) || own.includes(address) || own.includes(mapped(address));
}

const mapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));

/** Resolves names as ever, and finds none of the addresses that are refused: `refusal` is the error where that leaves nothing. */
export const lookupWithout =
  (isRefused: (address: string) => boolean, refusal: (host: string) => Error): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const allowed = found.filter(({ address }) => !isRefused(address));
      const [first] = allowed;
      if (!first) return callback(refusal(hostname), '');
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
