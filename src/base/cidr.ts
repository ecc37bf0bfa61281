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
