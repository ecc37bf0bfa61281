/** The shortest decimal digits that read back as the same number: value = ±0.DIGITS × 10^point. */
interface Decimal {
  readonly sign: '' | '-';
  readonly digits: string;
  readonly point: number;
}

export type FloatBits = 32 | 64;

/** strconv.FormatFloat(value, 'g', -1, bits); NaN, +Inf and -Inf as Go writes them. */
export function formatFloat(value: number, bits: FloatBits = 64): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const decimal = decimalOf(value, bits);
  const exponent = decimal.point - 1;
  return exponent < -4 || exponent >= PRECISION ? scientific(decimal, 2) : positional(decimal);
}

/** With as many digits as are needed, 'g' decides as if so many were asked for; by it 1000000 is 1e+06. */
const PRECISION = 6;

/** As encoding/json writes a finite float: exponents only below 1e-6 and from 1e21, as JavaScript does. */
export function formatJsonFloat(value: number, bits: FloatBits = 64): string {
  if (Object.is(value, -0)) return '-0';
  if (bits === 64) return String(value);
  const decimal = decimalOf(value, bits);
  const size = Math.abs(value);
  return size !== 0 && (size < Math.fround(1e-6) || size >= Math.fround(1e21))
    ? scientific(decimal, decimal.point > 0 ? 2 : 1)
    : positional(decimal);
}

function decimalOf(value: number, bits: FloatBits): Decimal {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === 0) return { sign, digits: '0', point: 1 };
  const [mantissa = '', exponent = ''] = (bits === 64 ? size.toExponential() : shortest32(size)).split('e');
  return { sign, digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

function shortest32(value: number): string {
  const exact = Math.fround(value);
  for (let digits = 0; digits < 9; digits++) {
    const text = exact.toExponential(digits);
    if (Math.fround(Number(text)) === exact) return text;
  }
  return exact.toExponential(9);
}

function scientific({ sign, digits, point }: Decimal, exponentDigits: number): string {
  const exponent = point - 1;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const size = String(Math.abs(exponent)).padStart(exponentDigits, '0');
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
}

function positional({ sign, digits, point }: Decimal): string {
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return `${sign}${digits.padEnd(point, '0')}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
