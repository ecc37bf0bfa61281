import { statusError } from '../../../kube/values/status.ts';
import type { NodePortRange } from './kind.ts';

interface Range {
  readonly first: number;
  readonly size: number;
}

/** Random, so that an address is not given to another right after it became free; the next free one when taken. */
export function freeAddress(cidr: string, taken: ReadonlySet<string>, random: (n: number) => number): string {
  const { first, size } = hostsOf(cidr);
  const start = random(size);
  for (let i = 0; i < size; i++) {
    const address = formatAddress(first + ((start + i) % size));
    if (!taken.has(address)) return address;
  }
  throw statusError('InternalError', `no cluster IP is free in ${cidr}`);
}

/** The one that every cluster keeps for the Service of its API. */
export const firstAddress = (cidr: string): string => formatAddress(hostsOf(cidr).first);

export function addressInRange(cidr: string, address: string): boolean {
  const { first, size } = hostsOf(cidr);
  const number = parseAddress(address);
  return number !== undefined && number >= first && number < first + size;
}

/** Random for the same reason; of the own part as long as there is one. */
export function freePort(
  { first, last, own }: NodePortRange,
  taken: ReadonlySet<number>,
  random: (n: number) => number,
): number {
  for (const range of [...(own ? [own] : []), { first, last }]) {
    const size = range.last - range.first + 1;
    const start = random(size);
    for (let i = 0; i < size; i++) {
      const port = range.first + ((start + i) % size);
      if (!taken.has(port)) return port;
    }
  }
  throw statusError('InternalError', `no node port is free in ${first}-${last}`);
}

/** All addresses of the range but its first and last. */
function hostsOf(cidr: string): Range {
  const [base = '', length = ''] = cidr.split('/');
  const address = parseAddress(base);
  const bits = 32 - Number(length);
  if (address === undefined || !(bits >= 2 && bits <= 32)) throw new Error(`not an IPv4 range: ${cidr}`);
  return { first: address - (address % 2 ** bits) + 1, size: 2 ** bits - 2 };
}

function parseAddress(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  const valid =
    parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256);
  return valid ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}

const formatAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
