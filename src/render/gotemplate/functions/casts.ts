import { parseFloat64, parseInt64 } from '../strconv.ts';
import { Num, type Value } from '../values.ts';

/** The conversions of spf13/cast, which have no errors here: what is no number is 0. */

const MIN = -(1n << 63n);

/** A float beyond int64 becomes its smallest value, as on amd64. */
const truncated = (value: number): bigint =>
  value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : MIN;

/** `3.00` is read as 3, though `3.` and `3.5` are no integers. */
function integerOfText(text: string): bigint {
  const parsed = parseInt64(text.replace(/\.0+$/, ''), 0);
  return parsed && !parsed.outOfRange ? parsed.value : 0n;
}

/** cast.ToInt and cast.ToInt64, which are the same where an int has 64 bits. */
export function castToInt(value: Value): bigint {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'number':
      return truncated(value);
    case 'string':
      return integerOfText(value);
    case 'boolean':
      return value ? 1n : 0n;
  }
  if (!(value instanceof Num)) return 0n;
  return typeof value.value === 'bigint' ? BigInt.asIntN(64, value.value) : truncated(value.value);
}

/** cast.ToFloat64 */
export function castToFloat(value: Value): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
    case 'string':
      return parseFloat64(value) ?? 0;
    case 'boolean':
      return value ? 1 : 0;
  }
  return value instanceof Num ? Number(value.value) : 0;
}
