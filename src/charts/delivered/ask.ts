import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ProblemError } from '../../base/errors.ts';
import type { Ask } from '../web/ask.ts';
import { createExchange } from '../web/exchange.ts';

/** Networks that are not the public one: loopback, link-local, private, shared, reserved (RFC 6890). */
const OWN = new BlockList();
for (const [network, length] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  OWN.addSubnet(network, length, 'ipv4');
for (const [network, length] of [
  ['::', 96],
  // They lead to an address of version 4: NAT64, 6to4.
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  OWN.addSubnet(network, length, 'ipv6');

/** IPv4 within IPv6 counts as the IPv4 that it is. */
const isPublic = (address: string): boolean => !OWN.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** For a whole exchange: an archive has at most some MB. */
const TIMEOUT_MS = 60_000;

/**
 * Asks hosts that a person has allowed, wherever those are; and others, where the allowed ones send a reader (the storage of a registry), as
 * long as they are not in a network of our own: a repository must not be the way to what only this machine reaches.
 */
export function askFor(hosts: readonly string[], signal: AbortSignal): Ask {
  const allowed = createExchange({ timeoutMs: TIMEOUT_MS, signal });
  const guarded = createExchange({ timeoutMs: TIMEOUT_MS, signal, lookup: publicLookup });
  return async (request) => {
    const { host, hostname } = new URL(request.url);
    if (hosts.includes(host)) return allowed(request);
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !isPublic(address)) throw notPublic(address);
    return guarded(request);
  };
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const inside = addresses.find(({ address }) => !isPublic(address));
    const [first] = addresses;
    if (inside || !first) return callback(notPublic(hostname), []);
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

const notPublic = (host: string): ProblemError =>
  new ProblemError({
    reason: 'NotPublic',
    message: `The repository leads to ${host}, which is in a network of this machine`,
    remedy:
      'Whoever administers Pilotage may allow that host, too: pilotage connect NAME --allow-charts HOST.',
  });
