/** Values of annotations as ingress-nginx reads them. undefined: it is no such value. */
import { type Cidr, parseCidr } from '../../../base/cidr.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** nginx's sizes, in bytes: `8m`, `1G`, `0`. */
export function parseSize(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,12})([kmg]?)$/i.exec(text.trim()) ?? [];
  return digits === '' ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}

const LONGEST_S = 86_400;

/** Seconds, `60` or `60s`, as milliseconds; at most a day. */
export function parseSeconds(text: string): number | undefined {
  const [, digits = ''] = /^(\d{1,6})s?$/.exec(text.trim()) ?? [];
  const seconds = Number(digits);
  return digits === '' || seconds < 1 || seconds > LONGEST_S ? undefined : seconds * 1000;
}

/** `10.0.0.0/8, 192.0.2.1` */
export function parseRanges(text: string): readonly Cidr[] | undefined {
  const ranges = text.split(',').map((part) => {
    const one = part.trim();
    return parseCidr(one.includes('/') ? one : `${one}/${one.includes(':') ? 128 : 32}`);
  });
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

/** Text that may stand in a header. */
export const isHeaderText = (text: string): boolean => /^[\t\x20-\x7e]{0,1024}$/.test(text);

/** An address that a client can be sent to: no other scheme, and nothing that would end the header. */
export const isLocation = (text: string): boolean =>
  /^https?:\/\/[^\s"\\]{1,2000}$/.test(text) && isHeaderText(text) && URL.canParse(text);

/** A path of this host; `//elsewhere` is none. */
export const isLocalPath = (text: string): boolean => /^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(text);

export const isToken = (text: string): boolean => /^[!#$%&'*+.^_`|~\w-]{1,128}$/.test(text);
