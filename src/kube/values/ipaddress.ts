/** An address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

export interface Cidr {
  readonly address: IpAddress;
  /** Leading bits that make the network. */
  readonly prefix: number;
}

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/**
 * undefined for what is no address: leading zeros, zones and IPv4-mapped IPv6 addresses are refused, as Kubernetes does of new ones
 * (KEP-4858, `apimachinery/pkg/util/validation/ip.go`).
 */
export function parseIp(text: string): IpAddress | undefined {
  const parts = IPV4.exec(text)?.slice(1).map(Number);
  if (parts) return parts.every((part) => part < 256) ? { family: 4, bits: join(parts, 8n) } : undefined;
  const groups = text.length <= 45 && text.includes(':') ? ipv6Groups(text) : undefined;
  const address = groups && { family: 6 as const, bits: join(groups, 16n) };
  return address && address.bits >> 32n === 0xffffn ? undefined : address;
}

const join = (parts: readonly number[], width: bigint): bigint =>
  parts.reduce((bits, part) => (bits << width) | BigInt(part), 0n);

function ipv6Groups(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => groupsOf(half));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (!tail) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** The last two groups may be written as an IPv4 address. */
function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const words = text.split(':');
  const groups: number[] = [];
  for (const [i, word] of words.entries()) {
    const v4 = i === words.length - 1 && word.includes('.') ? parseIp(word) : undefined;
    if (v4) groups.push(Number(v4.bits >> 16n), Number(v4.bits & 0xffffn));
    else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

/** The one spelling of RFC 5952. */
export function formatIp({ family, bits }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn));
  const { at, length } = longestZeros(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, at))}::${hex(groups.slice(at + length))}`;
}

function longestZeros(groups: readonly number[]): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
  }
  return best;
}

/** undefined for what is no network in CIDR notation. */
export function parseCidr(text: string): Cidr | undefined {
  const [, ip = '', length] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parseIp(ip);
  const prefix = Number(length);
  return address && prefix <= width(address) ? { address, prefix } : undefined;
}

const width = ({ family }: IpAddress): number => (family === 4 ? 32 : 128);

export const formatCidr = ({ address, prefix }: Cidr): string => `${formatIp(address)}/${prefix}`;

/** The network without the bits of a host. */
export function masked({ address, prefix }: Cidr): Cidr {
  const rest = BigInt(width(address) - prefix);
  return { address: { ...address, bits: (address.bits >> rest) << rest }, prefix };
}

export function containsIp(cidr: Cidr, ip: IpAddress): boolean {
  if (ip.family !== cidr.address.family) return false;
  return masked({ address: ip, prefix: cidr.prefix }).address.bits === masked(cidr).address.bits;
}
