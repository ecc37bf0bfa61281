import { parseIp } from './ip.ts';

/** An IPv4 range as Kubernetes writes it: `127.200.0.0/16`. */
export type Ipv4Range = string;

interface Range {
  readonly base: number;
  /** Addresses in it. */
  readonly size: number;
}

/** False also for what is not an IPv4 address. */
export function isInRange(address: string, range: Ipv4Range): boolean {
  const number = numberOf(address);
  const { base, size } = rangeOf(range);
  return number !== undefined && number >= base && number < base + size;
}

export function overlap(a: Ipv4Range, b: Ipv4Range): boolean {
  const [first, second] = [rangeOf(a), rangeOf(b)];
  return first.base < second.base + second.size && second.base < first.base + first.size;
}

/** The address that is as far into `to` as this one is into `from`; undefined for one that is not in `from`. The ranges are of one size. */
export function rebased(address: string, from: Ipv4Range, to: Ipv4Range): string | undefined {
  return isInRange(address, from) ? nthOf(to, (numberOf(address) ?? 0) - rangeOf(from).base) : undefined;
}

/** The address `n` after the first one of a range. */
export const nthOf = (range: Ipv4Range, n: number): string => formatted(rangeOf(range).base + n);

/** The equal parts of a range whose prefix has `bits` more bits. */
export function partsOf(range: Ipv4Range, bits: number): readonly Ipv4Range[] {
  const { base, size } = rangeOf(range);
  const [part, prefix] = [size / 2 ** bits, Number(range.split('/')[1]) + bits];
  return Array.from({ length: 2 ** bits }, (_, i) => `${formatted(base + i * part)}/${prefix}`);
}

/** @throws for what is no IPv4 range */
function rangeOf(range: Ipv4Range): Range {
  const [address = '', prefix = ''] = range.split('/');
  const number = numberOf(address);
  if (number === undefined || !/^([12]?\d|3[0-2])$/.test(prefix))
    throw new Error(`not an IPv4 range: ${range}`);
  const size = 2 ** (32 - Number(prefix));
  return { base: number - (number % size), size };
}

function numberOf(address: string): number | undefined {
  const bytes = parseIp(address);
  return bytes?.length === 4 ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
}

const formatted = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
