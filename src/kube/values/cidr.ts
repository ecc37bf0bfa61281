import { parseIp } from './ip.ts';

/** A range of addresses, `10.0.0.0/8` (RFC 4632). */
export interface Cidr {
  /** Of the address as it is written, bits beyond the prefix included: 4, or 16. */
  readonly bytes: readonly number[];
  readonly length: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const [base = '', bits = '', ...rest] = text.split('/');
  const bytes = parseIp(base);
  if (!bytes || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return undefined;
  const length = Number(bits);
  return length > bytes.length * 8 ? undefined : { bytes, length };
}

/** The address with all bits beyond the prefix cleared. */
export const networkOf = ({ bytes, length }: Cidr): readonly number[] =>
  bytes.map((byte, i) => byte & (0xff << Math.max(0, 8 - Math.max(0, length - i * 8))) & 0xff);

export function cidrContains(range: Cidr, address: readonly number[]): boolean {
  if (range.bytes.length !== address.length) return false;
  const network = networkOf(range);
  return networkOf({ bytes: address, length: range.length }).every((byte, i) => byte === network[i]);
}

/** `::ffff:10.0.0.1` */
export const isMappedIpv4 = (bytes: readonly number[]): boolean =>
  bytes.length === 16 &&
  bytes.slice(0, 10).every((byte) => byte === 0) &&
  bytes[10] === 0xff &&
  bytes[11] === 0xff;

/** RFC 5952 for version 6: lower case, the longest run of zeros as `::`. */
export function formatIp(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0));
  const { start, length } = longestZeros(words);
  const text = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  return length < 2 ? text(words) : `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
