import { display } from '../format/sprint.ts';
import { parseInt64 } from '../strconv.ts';
import { type FunctionTable, GoError, int64, type Value } from '../values.ts';
import { castToFloat, castToInt } from './casts.ts';
import { define, variadic } from './define.ts';
import { powerOfTen } from './powers.ts';

const wrapped = (value: bigint): bigint => BigInt.asIntN(64, value);

function divisor(value: Value): bigint {
  const divisor = castToInt(value);
  if (divisor === 0n) throw new GoError('runtime error: integer divide by zero');
  return divisor;
}

/** An int64 of all arguments, of which the first is where to begin. */
const folding = (step: (result: bigint, next: bigint) => bigint) =>
  variadic(['any'], 'any', ([first, ...others]) =>
    int64(others.reduce<bigint>((result, next) => wrapped(step(result, castToInt(next))), castToInt(first))),
  );

const foldingFloats = (step: (result: number, next: number) => number) =>
  variadic(['any'], 'any', ([first, ...others]) =>
    others.reduce<number>((result, next) => step(result, castToFloat(next)), castToFloat(first)),
  );

/** math.Max and math.Min: an infinity that decides wins over NaN. */
const deciding = (infinity: number, choose: (a: number, b: number) => number) =>
  foldingFloats((a, b) => (a === infinity || b === infinity ? infinity : choose(a, b)));

/** sprig's round: up where the rest is at least `on`, which makes -2.5 to -3 and -2.1 to -3 as well. */
function round(value: number, places: bigint, on: number): number {
  const power = powerOfTen(places);
  const digit = power * value;
  const rounded = digit - Math.trunc(digit) >= on ? Math.ceil(digit) : Math.floor(digit);
  return rounded / power;
}

/** The digits of a file mode as the number that they are in base 8. */
function toDecimal(text: string): bigint {
  const parsed = parseInt64(text, 8);
  return parsed && !parsed.outOfRange ? parsed.value : 0n;
}

const max = folding((a, b) => (b > a ? b : a));

export const NUMBERS: FunctionTable = {
  int: define(['any'], ([value]) => castToInt(value)),
  int64: define(['any'], ([value]) => int64(castToInt(value))),
  float64: define(['any'], ([value]) => castToFloat(value)),
  atoi: define(['string'], ([text]) => parseInt64(text, 10)?.value ?? 0n),
  toDecimal: define(['any'], ([value], budget) => int64(toDecimal(display(value, budget)))),
  add1: define(['any'], ([value]) => int64(castToInt(value) + 1n)),
  add: variadic([], 'any', (values) =>
    int64(values.reduce<bigint>((sum, value) => wrapped(sum + castToInt(value)), 0n)),
  ),
  sub: define(['any', 'any'], ([a, b]) => int64(castToInt(a) - castToInt(b))),
  mul: folding((a, b) => a * b),
  div: define(['any', 'any'], ([a, b]) => int64(castToInt(a) / divisor(b))),
  mod: define(['any', 'any'], ([a, b]) => int64(castToInt(a) % divisor(b))),
  max,
  biggest: max,
  min: folding((a, b) => (b < a ? b : a)),
  maxf: deciding(Number.POSITIVE_INFINITY, Math.max),
  minf: deciding(Number.NEGATIVE_INFINITY, Math.min),
  ceil: define(['any'], ([value]) => Math.ceil(castToFloat(value))),
  floor: define(['any'], ([value]) => Math.floor(castToFloat(value))),
  round: variadic(['any', 'int'], 'float64', ([value, places, on = 0.5]) =>
    round(castToFloat(value), places, on),
  ),
};
