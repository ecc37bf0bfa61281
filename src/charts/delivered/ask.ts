import { isIP } from 'node:net';
import { ProblemError } from '../../base/errors.ts';
import { inNetworks, isLocalAddress, lookupWithout } from '../../base/localaddresses.ts';
import type { Ask } from '../web/ask.ts';
import { createExchange } from '../web/exchange.ts';

/** Networks around the machine: private, shared, reserved (RFC 6890), and what leads to an address of version 4 (NAT64, 6to4). */
const isAround = inNetworks([
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
]);

const isInside = (address: string): boolean => isLocalAddress(address) || isAround(address);

/** For a whole exchange: an archive has at most some MB. */
const TIMEOUT_MS = 60_000;

/**
 * Asks hosts that a person has allowed, wherever those are; and others, where the allowed ones send a reader (the storage of a registry), as
 * long as they are not in a network of our own: a repository must not be the way to what only this machine reaches.
 */
export function askFor(hosts: readonly string[], signal: AbortSignal): Ask {
  const allowed = createExchange({ timeoutMs: TIMEOUT_MS, signal });
  const guarded = createExchange({
    timeoutMs: TIMEOUT_MS,
    signal,
    lookup: lookupWithout(isInside, notPublic),
  });
  return async (request) => {
    const { host, hostname } = new URL(request.url);
    if (hosts.includes(host)) return allowed(request);
    // An address is not looked up.
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && isInside(address)) throw notPublic(address);
    return guarded(request);
  };
}

const notPublic = (host: string): ProblemError =>
  new ProblemError({
    reason: 'NotPublic',
    message: `The repository leads to ${host}, which is in a network of this machine`,
    remedy:
      'Whoever administers Pilotage may allow that host, too: pilotage connect NAME --allow-charts HOST.',
  });
