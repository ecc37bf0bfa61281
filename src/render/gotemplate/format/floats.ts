/** Floating-point numbers as strconv.FormatFloat writes them. */

export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';
/** 32 for float32, whose shortest form has fewer digits. */
export type BitSize = 32 | 64;

/** Decimal digits without leading or trailing zeros; the point stands before digit `point`. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** More digits than this are zeros: 2^-1074 has 1,074 of them behind the point. */
const MOST_DIGITS = 1100;

/** `precision` -1 asks for the fewest digits that read back as the same number. */
export function formatFloat(value: number, format: FloatFormat, precision: number, bits: BitSize): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (format === 'b') return sign + binary(size, bits);
  if (format === 'x' || format === 'X') return sign + hexadecimal(size, format, precision, bits);
  return sign + decimal(size, format, precision, bits);
}

/** The text of a float64 as `%v` has it. */
export const floatText = (value: number): string => formatFloat(value, 'g', -1, 64);

function decimal(
  size: number,
  format: 'e' | 'E' | 'f' | 'g' | 'G',
  precision: number,
  bits: BitSize,
): string {
  const isShortest = precision < 0;
  const wanted = format.toLowerCase() === 'g' && precision === 0 ? 1 : precision;
  const d = size === 0 ? ZERO : isShortest ? shortest(size, bits) : rounded(size, format, wanted);
  const count = d.digits.length;
  if (format === 'f') return fixed(d, isShortest ? Math.max(count - d.point, 0) : wanted);
  if (format === 'e' || format === 'E')
    return scientific(d, isShortest ? Math.max(count - 1, 0) : wanted, format);
  return general(d, isShortest ? count : wanted, isShortest, format);
}

const ZERO: Decimal = { digits: '', point: 0 };

function general(d: Decimal, precision: number, isShortest: boolean, format: 'g' | 'G'): string {
  const count = d.digits.length;
  const limit = isShortest ? 6 : precision > count && count >= d.point ? count : precision;
  const exponent = d.point - 1;
  if (exponent < -4 || exponent >= limit)
    return scientific(d, Math.min(precision, count) - 1, format === 'g' ? 'e' : 'E');
  return fixed(d, Math.max((precision > d.point ? count : precision) - d.point, 0));
}

function fixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, precision)) + digits;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

function scientific({ digits, point }: Decimal, precision: number, letter: 'e' | 'E'): string {
  const fraction = digits.slice(1, 1 + precision).padEnd(Math.max(precision, 0), '0');
  const exponent = digits === '' ? 0 : point - 1;
  return `${digits[0] ?? '0'}${precision > 0 ? `.${fraction}` : ''}${letter}${signed(exponent)}`;
}

const signed = (exponent: number): string =>
  `${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`;

/** The fewest digits that tell the number from its neighbours: JavaScript's own rule for float64. */
function shortest(size: number, bits: BitSize): Decimal {
  if (bits === 64) return parseExponential(size.toExponential());
  for (let count = 0; count < 9; count++) {
    const text = size.toExponential(count);
    if (Math.fround(Number(text)) === size) return parseExponential(text);
  }
  return parseExponential(size.toExponential(8));
}

function parseExponential(text: string): Decimal {
  const e = text.indexOf('e');
  const digits = text.slice(0, e).replace('.', '').replace(/0+$/, '');
  return { digits, point: Number(text.slice(e + 1)) + 1 };
}

/** The exact value, rounded half to even at the digit that the precision asks for. */
function rounded(size: number, format: FloatFormat, precision: number): Decimal {
  const exact = exactDecimal(size);
  const bounded = Math.min(precision, MOST_DIGITS);
  const keep =
    format === 'f' ? exact.point + bounded : format === 'g' || format === 'G' ? bounded : bounded + 1;
  return round(exact, keep);
}

function exactDecimal(size: number): Decimal {
  const { mantissa, exponent } = parts(size);
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const digits = scaled.toString();
  return { digits: digits.replace(/0+$/, ''), point: digits.length + Math.min(exponent, 0) };
}

function round({ digits, point }: Decimal, keep: number): Decimal {
  if (keep < 0) return ZERO;
  if (keep >= digits.length) return { digits, point };
  const kept = digits.slice(0, keep);
  if (!roundsUp(digits, keep)) {
    const trimmed = kept.replace(/0+$/, '');
    return trimmed === '' ? ZERO : { digits: trimmed, point };
  }
  const next = keep === 0 ? '1' : (BigInt(kept) + 1n).toString();
  return { digits: next.replace(/0+$/, ''), point: point + (next.length > keep ? 1 : 0) };
}

function roundsUp(digits: string, keep: number): boolean {
  if (digits[keep] === '5' && keep + 1 === digits.length)
    return keep > 0 && Number(digits[keep - 1]) % 2 === 1;
  return (digits[keep] ?? '0') >= '5';
}

/** size = mantissa × 2^exponent, the mantissa with all the bits that a float64 keeps. */
function parts(size: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  const all = view.getBigUint64(0);
  const biased = Number(all >> 52n);
  const fraction = all & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

/** The same for float32, whose smallest exponent is -149. */
function parts32(size: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, size);
  const all = view.getUint32(0);
  const biased = all >>> 23;
  const fraction = all & 0x7fffff;
  if (biased === 0) return { mantissa: BigInt(fraction), exponent: -149 };
  return { mantissa: BigInt(fraction | 0x800000), exponent: biased - 150 };
}

function binary(size: number, bits: BitSize): string {
  const { mantissa, exponent } = bits === 64 ? parts(size) : parts32(size);
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

const TOP = 1n << 60n;

function hexadecimal(size: number, format: 'x' | 'X', precision: number, bits: BitSize): string {
  const width = bits === 64 ? 52 : 23;
  const { mantissa: raw, exponent: scale } = bits === 64 ? parts(size) : parts32(size);
  let mantissa = raw << BigInt(60 - width);
  let exponent = raw === 0n ? 0 : scale + width;
  while (mantissa !== 0n && (mantissa & TOP) === 0n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  if (precision >= 0 && precision < 15) {
    mantissa = roundHex(mantissa, BigInt(precision * 4));
    if ((mantissa & (TOP << 1n)) !== 0n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const fraction = (mantissa & (TOP - 1n)).toString(16).padStart(15, '0');
  const shown =
    precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0');
  const text = `0x${mantissa >> 60n}${shown === '' ? '' : `.${shown}`}p${signed(exponent)}`;
  return format === 'x' ? text : text.toUpperCase();
}

function roundHex(mantissa: bigint, shift: bigint): bigint {
  const extra = (mantissa << shift) & (TOP - 1n);
  const kept = mantissa >> (60n - shift);
  const up = (extra | (kept & 1n)) > TOP >> 1n ? 1n : 0n;
  return (kept + up) << (60n - shift);
}
