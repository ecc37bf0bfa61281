import { type Flags, pad, padSpaces } from './flags.ts';
import { type BitSize, type FloatFormat, formatFloat } from './floats.ts';
import { describeRune, isPrint, quoteRune, runeText } from './quote.ts';

const MAX_RUNE = 0x10ffffn;

/** An integer by one of fmt's integer verbs; undefined for any other verb. */
export function formatInteger(
  value: bigint,
  signed: boolean,
  verb: string,
  flags: Flags,
): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV && !signed ? hex0x(value, flags) : integer(value, 10, verb, flags);
    case 'd':
      return integer(value, 10, verb, flags);
    case 'b':
      return integer(value, 2, verb, flags);
    case 'o':
    case 'O':
      return integer(value, 8, verb, flags);
    case 'x':
    case 'X':
      return integer(value, 16, verb, flags);
    case 'c':
      return pad(runeText(runeOf(value)), flags);
    case 'q':
      return pad(quoteRune(runeOf(value), flags.plus), flags);
    case 'U':
      return unicode(BigInt.asUintN(64, value), flags);
  }
  return undefined;
}

const runeOf = (value: bigint): number => (value < 0n || value > MAX_RUNE ? -1 : Number(value));

/** Hexadecimal digits behind `0x`, as `%#v` has unsigned integers and addresses; without it where `prefixed` is false. */
export function hex0x(value: bigint, flags: Flags, prefixed = true): string {
  const { sharp } = flags;
  flags.sharp = prefixed;
  const text = integer(value, 16, 'v', flags);
  flags.sharp = sharp;
  return text;
}

function integer(value: bigint, base: 2 | 8 | 10 | 16, verb: string, flags: Flags): string {
  const negative = value < 0n;
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
  const digits = (negative ? -value : value).toString(base).padStart(leastDigits(negative, flags), '0');
  const text = prefix(digits, base, verb, flags.sharp) + (verb === 'X' ? digits.toUpperCase() : digits);
  return padSpaces(sign(negative, flags) + text, flags);
}

function leastDigits(negative: boolean, { precision, width, zero, minus, plus, space }: Flags): number {
  if (precision !== undefined) return precision;
  if (!zero || minus || width === undefined) return 0;
  return negative || plus || space ? width - 1 : width;
}

function prefix(digits: string, base: number, verb: string, sharp: boolean): string {
  const octal = sharp && base === 8 && !digits.startsWith('0') ? '0' : '';
  if (verb === 'O') return `0o${octal}`;
  if (octal !== '' || !sharp) return octal;
  return base === 2 ? '0b' : base === 16 ? (verb === 'X' ? '0X' : '0x') : '';
}

const sign = (negative: boolean, { plus, space }: Flags): string =>
  negative ? '-' : plus ? '+' : space ? ' ' : '';

function unicode(value: bigint, flags: Flags): string {
  const digits = value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 0, 4), '0');
  const shown = flags.sharp && value <= MAX_RUNE && isPrint(Number(value));
  const [, character = ''] = shown ? describeRune(Number(value)).split(/ (.*)/s) : [];
  return padSpaces(`U+${digits}${character === '' ? '' : ` ${character}`}`, flags);
}

const FLOAT_VERBS: Readonly<Record<string, readonly [FloatFormat, number]>> = {
  v: ['g', -1],
  b: ['b', -1],
  g: ['g', -1],
  G: ['G', -1],
  x: ['x', -1],
  X: ['X', -1],
  f: ['f', 6],
  F: ['f', 6],
  e: ['e', 6],
  E: ['E', 6],
};

/** A number by one of fmt's verbs of floats; undefined for any other verb. */
export function formatFloatVerb(
  value: number,
  bits: BitSize,
  verb: string,
  flags: Flags,
): string | undefined {
  const rule = Object.hasOwn(FLOAT_VERBS, verb) ? FLOAT_VERBS[verb] : undefined;
  if (!rule) return undefined;
  const [format, usual] = rule;
  const precision = flags.precision ?? usual;
  const text = formatFloat(value, format, precision, bits);
  const negative = text.startsWith('-');
  const size = negative || text.startsWith('+') ? text.slice(1) : text;
  const mark = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  if (!Number.isFinite(value)) return padSpaces((size === 'Inf' && mark === '' ? '+' : mark) + size, flags);
  return padFloat(mark, flags.sharp && format !== 'b' ? sharpened(size, format, precision) : size, flags);
}

/** Zeros to the left stand behind the sign. */
function padFloat(mark: string, size: string, flags: Flags): string {
  if (mark === '' || !flags.zero || flags.minus) return pad(mark + size, flags);
  return mark + size.padStart((flags.width ?? 0) - 1, '0');
}

/** The # flag: a decimal point always, and with %g the zeros at the end. */
function sharpened(size: string, format: FloatFormat, precision: number): string {
  const isHex = format === 'x' || format === 'X';
  const tailAt = size.search(isHex ? /[pP]/ : /[eE]/);
  const head = tailAt < 0 ? size : size.slice(0, tailAt);
  const tail = tailAt < 0 ? '' : size.slice(tailAt);
  const wanted = format === 'g' || format === 'G' || format === 'x' ? (precision < 0 ? 6 : precision) : 0;
  const significant = head.replace('.', '').replace(/^0+/, '').length;
  const hasPoint = head.includes('.');
  const zero = !hasPoint && head === '0' ? 1 : 0;
  const zeros = '0'.repeat(Math.max(wanted - significant - zero, 0));
  return `${head}${hasPoint ? '' : '.'}${zeros}${tail}`;
}
