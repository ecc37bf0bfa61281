const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};
/** No digit can be matched in two ways: a text of digits alone would take the square of its length. */
const DURATION = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/;
const DURATION_PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;
const MAX_INT64 = 2n ** 63n - 1n;
/** Digits of a fraction that can make a nanosecond, of whole numbers that fit 64 bits; more would cost more than they say. */
const MOST_DIGITS = 20;

/** A duration as Go writes it, `1h30m`, in nanoseconds (`time.ParseDuration`); undefined for what is not one. */
export function parseNanoseconds(text: string): bigint | undefined {
  const [, sign, body] = DURATION.exec(text) ?? [];
  if (body === undefined) return undefined;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of body.matchAll(DURATION_PART)) {
    const scale = UNITS[unit] ?? 1n;
    const count = whole.replace(/^0+(?=\d)/, '');
    if (count.length > MOST_DIGITS) return undefined;
    nanos += BigInt(count || '0') * scale;
    const digits = fraction.slice(0, MOST_DIGITS);
    nanos += (BigInt(digits || '0') * scale) / 10n ** BigInt(digits.length);
  }
  if (nanos > MAX_INT64) return undefined;
  return sign === '-' ? -nanos : nanos;
}
