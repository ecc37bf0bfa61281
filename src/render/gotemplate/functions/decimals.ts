import { display } from '../format/sprint.ts';
import { type Budget, type FunctionTable, GoError, type Value } from '../values.ts';
import { castToFloat } from './casts.ts';
import { define, variadic } from './define.ts';

/** A number of shopspring/decimal: coefficient × 10^exponent. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** As many decimal places as a quotient has. */
const DIVISION_PLACES = 16;

/** The shortest decimal number that reads as this float. */
function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new GoError(`Cannot create a Decimal from ${display(value)}`);
  const [mantissa = '', exponent] = value.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { coefficient: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

const floatOf = ({ coefficient, exponent }: Decimal): number => Number(`${coefficient}e${exponent}`);

const scaled = ({ coefficient, exponent }: Decimal, to: number): bigint =>
  coefficient * 10n ** BigInt(exponent - to);

type Operation = (a: Decimal, b: Decimal) => Decimal;

const sum =
  (sign: bigint): Operation =>
  (a, b) => {
    const exponent = Math.min(a.exponent, b.exponent);
    return { coefficient: scaled(a, exponent) + sign * scaled(b, exponent), exponent };
  };

const product: Operation = (a, b) => ({
  coefficient: a.coefficient * b.coefficient,
  exponent: a.exponent + b.exponent,
});

/** Rounded half away from zero. */
const quotient: Operation = (a, b) => {
  if (b.coefficient === 0n) throw new GoError('decimal division by 0');
  const shift = a.exponent - b.exponent + DIVISION_PLACES;
  const numerator = shift > 0 ? a.coefficient * 10n ** BigInt(shift) : a.coefficient;
  const denominator = shift < 0 ? b.coefficient * 10n ** BigInt(-shift) : b.coefficient;
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  const away = magnitude(rest) * 2n >= magnitude(denominator);
  const unit = numerator < 0n === denominator < 0n ? 1n : -1n;
  return { coefficient: away ? whole + unit : whole, exponent: -DIVISION_PLACES };
};

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Floats in, a float out, decimal numbers between: 0.1 and 0.2 make 0.3. */
function calculate(operation: Operation, first: Value, others: readonly Value[], budget: Budget): number {
  let result = decimalOf(castToFloat(first));
  others.forEach((value, i) => {
    // A result can have 300 digits more with each step.
    budget.spend(i * DIGITS_STEPS);
    result = operation(result, decimalOf(castToFloat(value)));
  });
  return floatOf(result);
}

const DIGITS_STEPS = 5;

const folding = (operation: Operation) =>
  variadic(['any'], 'any', ([first, ...others], budget) => calculate(operation, first, others, budget));

export const DECIMALS: FunctionTable = {
  add1f: define(['any'], ([value], budget) => calculate(sum(1n), value, [1], budget)),
  addf: variadic([], 'any', (values, budget) => calculate(sum(1n), 0, values, budget)),
  subf: folding(sum(-1n)),
  mulf: folding(product),
  divf: folding(quotient),
};
