import { parseIp } from '../../base/ip.ts';
import { parseNanoseconds } from '../values/duration.ts';
import { dns1123Label, dns1123Subdomain } from '../values/names.ts';
import { parseUrl } from '../values/url.ts';

/** Each takes time linear in the text, which its author chooses: no pattern here can match one part in two ways. */
type Holds = (text: string) => boolean;
const like =
  (pattern: RegExp): Holds =>
  (text) =>
    pattern.test(text);

/** With leading zeros, as Go before 1.17 read them (`netutils.ParseIPSloppy`). */
const isAddress: Holds = (text) => parseIp(withoutLeadingZeros(text)) !== undefined;

const withoutLeadingZeros = (text: string): string =>
  text.includes('.') ? text.replace(/(^|[.:])0+(?=\d{1,3}(?:\.|$))/g, '$1') : text;

const isCidr: Holds = (text) => {
  const [address = '', bits = '', ...more] = text.split('/');
  const bytes = parseIp(withoutLeadingZeros(address));
  return (
    bytes !== undefined && more.length === 0 && /^\d{1,6}$/.test(bits) && Number(bits) <= bytes.length * 8
  );
};

const MOST_HOSTNAME_BYTES = 255;
const HOSTNAME =
  /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\p{S}\p{L}-]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u;

/** RFC 1034, with digits in front, letters and symbols of Unicode, and a top-level domain of two letters or more. */
const isHostname: Holds = (text) =>
  Buffer.byteLength(text) <= MOST_HOSTNAME_BYTES &&
  HOSTNAME.test(text) &&
  text.split('.').every((label) => Buffer.byteLength(label) <= 63);

const ATOM = String.raw`[^\x00-\x20\x7f()<>[\]:;@\\,".]+`;
const QUOTED = String.raw`"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"`;
const ADDRESS = String.raw`(?:${ATOM}(?:\.${ATOM})*|${QUOTED})@(?:${ATOM}(?:\.${ATOM})*|\[[^[\]\\\s]+\])`;
const COMMENT = String.raw`\s*(?:\([^()\\]*\)\s*)?`;
const EMAIL = new RegExp(
  String.raw`^(?:${ADDRESS}|(?:${QUOTED}|[^\x00-\x1f\x7f()<>[\]:;@\\,"])*<\s*${ADDRESS}\s*>)${COMMENT}$`,
);

/** An address alone, or behind a name: `Ada <ada@example.com>` (RFC 5322, as Go's `mail.ParseAddress`, without comments in comments). */
const isEmail: Holds = (text) => EMAIL.test(text.replace(/^[ \t]+/, ''));

const digits = (text: string): readonly number[] => [...text].map(Number);
const weighted = (numbers: readonly number[], weight: (i: number) => number): number =>
  numbers.reduce((sum, digit, i) => sum + weight(i) * digit, 0);

const isIsbn10: Holds = (text) => {
  const [, body = '', check = ''] = /^(\d{9})([\dX])$/.exec(text.replace(/[\s-]+/g, '')) ?? [];
  const last = check === 'X' ? 10 : Number(check);
  return check !== '' && (weighted(digits(body), (i) => i + 1) + 10 * last) % 11 === 0;
};

const isIsbn13: Holds = (text) => {
  const plain = text.replace(/[\s-]+/g, '');
  return /^\d{13}$/.test(plain) && weighted(digits(plain), (i) => (i % 2 === 0 ? 1 : 3)) % 10 === 0;
};

const CREDIT_CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

/** Of a known issuer, with a check digit after Luhn. */
const isCreditCard: Holds = (text) => {
  const plain = text.replace(/\D+/g, '');
  const doubled = digits(plain).map((digit, i) =>
    (plain.length - i) % 2 === 0 ? digit * 2 - (digit > 4 ? 9 : 0) : digit,
  );
  return CREDIT_CARD.test(plain) && weighted(doubled, () => 1) % 10 === 0;
};

const isRgbColor: Holds = (text) => {
  const parts = /^rgb\(\s*(0|[1-9]\d{0,2})\s*,\s*(0|[1-9]\d{0,2})\s*,\s*(0|[1-9]\d{0,2})\s*\)$/.exec(text);
  return parts?.slice(1).every((part) => Number(part) <= 255) ?? false;
};

const isDate: Holds = (text) => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
};

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/;

const isDateTime: Holds = (text) => {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  return isDate(date) && TIME.test(time);
};

const UNITS = ['ns', 'us', 'µs', 'ms', 's', 'm', 'h', 'hr', 'd', 'w', 'wk'];
const LONG_UNITS = ['nano', 'micro', 'milli', 'sec', 'min', 'hour', 'day', 'week'];

/** Go's, or numbers with units as Scala has them somewhere in the text: `2 days`. */
const isDuration: Holds = (text) => {
  if (parseNanoseconds(text) !== undefined) return true;
  const parts = [...text.matchAll(/(?<!\d)(\d+)\s*([A-Za-zµ]+)/g)];
  const isUnit = (unit: string) => UNITS.includes(unit) || LONG_UNITS.some((long) => unit.startsWith(long));
  return (
    parts.some(([, , unit = '']) => isUnit(unit.toLowerCase())) &&
    parts.every(([, count = '']) => Number(count) <= 2 ** 63)
  );
};

/**
 * What strings of a format are, by its name without dashes (apiextensions `apiserver/validation/formats.go`, kube-openapi `strfmt`).
 * A format that is not here says nothing, as there: `int32`, `ip`, or one of the author's own.
 */
const FORMATS: Readonly<Record<string, Holds>> = {
  bsonobjectid: like(/^[0-9a-f]{24}$/i),
  uri: (text) => parseUrl(text) !== undefined,
  email: isEmail,
  hostname: isHostname,
  ipv4: (text) => isAddress(text) && text.includes('.'),
  ipv6: (text) => text.includes(':') && parseIp(text) !== undefined,
  cidr: isCidr,
  mac: like(
    /^(?:[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}(?:(?:[\da-f]{2}\1){2}|(?:[\da-f]{2}\1){14})?[\da-f]{2}|[\da-f]{4}(?:\.[\da-f]{4}){2,3}|[\da-f]{4}(?:\.[\da-f]{4}){9})$/i,
  ),
  uuid: like(/^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i),
  uuid3: like(/^[\da-f]{8}-?[\da-f]{4}-?3[\da-f]{3}-?[\da-f]{4}-?[\da-f]{12}$/i),
  uuid4: like(/^[\da-f]{8}-?[\da-f]{4}-?4[\da-f]{3}-?[89ab][\da-f]{3}-?[\da-f]{12}$/i),
  uuid5: like(/^[\da-f]{8}-?[\da-f]{4}-?5[\da-f]{3}-?[89ab][\da-f]{3}-?[\da-f]{12}$/i),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: like(/^\d{3}[- ]\d{2}[- ]\d{4}$/),
  hexcolor: like(/^#?([\da-f]{3}|[\da-f]{6})$/i),
  rgbcolor: isRgbColor,
  byte: like(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  date: isDate,
  datetime: isDateTime,
  duration: isDuration,
  password: () => true,
  k8sshortname: (text) => text.length <= 63 && dns1123Label(text) === undefined,
  k8slongname: (text) => text.length <= 253 && dns1123Subdomain(text) === undefined,
};

/** undefined where the format says nothing of a string. */
export function formatHolds(format: string, text: string): boolean | undefined {
  const name = format.replaceAll('-', '');
  return Object.hasOwn(FORMATS, name) ? FORMATS[name]?.(text) : undefined;
}
