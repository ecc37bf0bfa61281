/** An exact decimal with the suffix family it was written in (apimachinery `pkg/api/resource/quantity.go`). */
export interface Quantity {
  /** value = digits × 10^exponent */
  readonly digits: bigint;
  readonly exponent: number;
  readonly format: 'BinarySI' | 'DecimalSI' | 'DecimalExponent';
}

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const NOTATION = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d+))$/;
/** Smaller parts are rounded up, away from zero: nothing finer is kept. */
const FINEST = -9;

/** undefined for what is not a quantity. */
export function parseQuantity(text: string | number | bigint): Quantity | undefined {
  const match = NOTATION.exec(String(text));
  if (!match) return undefined;
  const [, sign, number = '', binary, decimal = '', power] = match;
  const [whole = '', fraction = ''] = number.split('.');
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  const exponent = -fraction.length;
  if (binary !== undefined) {
    const factor = 1024n ** BigInt(BINARY.indexOf(binary as (typeof BINARY)[number]));
    return binaryQuantity(reduced({ digits: digits * factor, exponent, format: 'BinarySI' }));
  }
  if (power !== undefined)
    return reduced({ digits, exponent: exponent + Number(power), format: 'DecimalExponent' });
  const steps = DECIMAL.indexOf(decimal as (typeof DECIMAL)[number]) - DECIMAL.indexOf('');
  return reduced({ digits, exponent: exponent + 3 * steps, format: 'DecimalSI' });
}

const ONE: Quantity = { digits: 1n, exponent: 0, format: 'DecimalSI' };
const LARGEST_BINARY = 2n ** 63n - 1n;

/** Parts of a byte are written in decimals; what does not fit 64 bits is capped (`ParseQuantity`). */
function binaryQuantity(quantity: Quantity): Quantity {
  const size: Quantity = quantity.digits < 0n ? { ...quantity, digits: -quantity.digits } : quantity;
  if (size.digits !== 0n && compareQuantities(size, ONE) < 0) return { ...quantity, format: 'DecimalSI' };
  const largest: Quantity = { digits: LARGEST_BINARY, exponent: 0, format: 'BinarySI' };
  if (compareQuantities(size, largest) <= 0) return quantity;
  return quantity.digits < 0n ? { ...largest, digits: -LARGEST_BINARY } : largest;
}

/** No trailing zeros in the digits, nothing finer than a billionth. */
function reduced(quantity: Quantity): Quantity {
  let { digits, exponent } = quantity;
  if (exponent < FINEST) {
    digits = divideAway(digits, 10n ** BigInt(FINEST - exponent));
    exponent = FINEST;
  }
  if (digits === 0n) return { ...quantity, digits, exponent: 0 };
  while (digits % 10n === 0n) {
    digits /= 10n;
    exponent++;
  }
  return { ...quantity, digits, exponent };
}

const divideAway = (a: bigint, b: bigint): bigint => a / b + (a % b === 0n ? 0n : a < 0n ? -1n : 1n);

/** Both as whole numbers of the same power of ten. */
function aligned(a: Quantity, b: Quantity): [left: bigint, right: bigint, exponent: number] {
  const exponent = Math.min(a.exponent, b.exponent);
  const scale = (q: Quantity): bigint => q.digits * 10n ** BigInt(q.exponent - exponent);
  return [scale(a), scale(b), exponent];
}

/** Negative, zero or positive. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** In the notation of the first. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const [left, right, exponent] = aligned(a, b);
  return reduced({ digits: left + right, exponent, format: a.format });
}

/** Canonical text: no fraction, the largest suffix that needs none (`1000m` → `1`, `1024Mi` → `1Gi`, `1.5` → `1500m`). */
export function formatQuantity(quantity: Quantity): string {
  const { digits, exponent } = quantity;
  if (digits === 0n) return '0';
  if (quantity.format === 'BinarySI' && exponent >= 0) {
    const value = digits * 10n ** BigInt(exponent);
    // Below one Ki the binary notation has no suffix of its own.
    if (value >= 1024n || value <= -1024n) return formatBinary(value);
    return formatDecimal(digits, exponent);
  }
  return quantity.format === 'DecimalExponent'
    ? formatExponent(digits, exponent)
    : formatDecimal(digits, exponent);
}

function formatBinary(value: bigint): string {
  let rest = value;
  let suffix = 0;
  while (rest % 1024n === 0n && suffix < BINARY.length - 1) {
    rest /= 1024n;
    suffix++;
  }
  return `${rest}${BINARY[suffix]}`;
}

/** Exponents are multiples of three, within the suffixes that exist. */
function shifted(digits: bigint, exponent: number, highest: number): [digits: bigint, exponent: number] {
  const target = Math.min(Math.floor(exponent / 3) * 3, highest);
  return [digits * 10n ** BigInt(exponent - target), target];
}

function formatDecimal(digits: bigint, exponent: number): string {
  const [shown, power] = shifted(digits, exponent, 18);
  return `${shown}${DECIMAL[power / 3 + DECIMAL.indexOf('')]}`;
}

function formatExponent(digits: bigint, exponent: number): string {
  const [shown, power] = shifted(digits, exponent, Number.MAX_SAFE_INTEGER);
  return power === 0 ? `${shown}` : `${shown}e${power}`;
}

/** The same amount always has the same text: what a server that read `text` would print. Not a quantity: as it is. */
export function canonicalQuantity(text: string | number | bigint): string {
  const quantity = parseQuantity(text);
  return quantity ? formatQuantity(quantity) : String(text);
}

/** Value × 1000, rounded up: CPU in millicores. */
export const milliValue = (quantity: Quantity): number => scaled(quantity, 3);
/** Value rounded up to a whole number: memory in bytes. */
export const wholeValue = (quantity: Quantity): number => scaled(quantity, 0);

function scaled({ digits, exponent }: Quantity, shift: number): number {
  const power = exponent + shift;
  return Number(power >= 0 ? digits * 10n ** BigInt(power) : divideAway(digits, 10n ** BigInt(-power)));
}
