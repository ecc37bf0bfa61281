import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../values/quantity.ts';
import { type CallCost, fixed, traversal } from '../cost.ts';
import { type Overload, overload } from '../overload.ts';
import { opaqueType } from '../types.ts';
import { fail, Opaque, type Value } from '../values.ts';

/** What costs the same, whatever its arguments. */
export const nominal: CallCost = { actual: () => 1, estimate: () => ({ cost: fixed(1) }) };

const TYPE = opaqueType('kubernetes.Quantity');

class QuantityValue extends Opaque {
  readonly type = TYPE;
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }
}

const of = (value: Value | undefined): Quantity => (value as QuantityValue).quantity;
const ofInt = (value: Value | undefined): Quantity => ({
  digits: value as bigint,
  exponent: 0,
  format: 'DecimalSI',
});
const negative = (quantity: Quantity): Quantity => ({ ...quantity, digits: -quantity.digits });

/** The whole number that it is, where 64 bits hold it. */
function whole({ digits, exponent }: Quantity): bigint | undefined {
  // Longer ones are refused before they are written out.
  if (exponent < 0 || exponent > 20) return undefined;
  const value = digits * 10n ** BigInt(exponent);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

const parse = (text: string): Value => {
  const quantity = isShort(text) ? parseQuantity(text) : undefined;
  return quantity
    ? new QuantityValue(quantity)
    : fail("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
};

/** A power of ten with many digits is a number that fills the memory. */
const isShort = (text: string): boolean => text.length <= 100 && !/[eE][+-]?\d{4,}$/.test(text);

/** Kubernetes' quantities (`library/quantity.go`). */
export const QUANTITIES: readonly Overload[] = [
  overload('quantity(string) kubernetes.Quantity', ([text]) => parse(text as string), traversal()),
  overload(
    'isQuantity(string) bool',
    ([text]) => parse(text as string) instanceof QuantityValue,
    traversal(),
  ),
  overload(
    'kubernetes.Quantity::sign() int',
    ([a]) => (of(a).digits > 0n ? 1n : of(a).digits < 0n ? -1n : 0n),
    nominal,
  ),
  overload('kubernetes.Quantity::isInteger() bool', ([a]) => whole(of(a)) !== undefined, nominal),
  overload(
    'kubernetes.Quantity::asInteger() int',
    ([a]) => whole(of(a)) ?? fail('cannot convert value to integer'),
    nominal,
  ),
  overload(
    'kubernetes.Quantity::asApproximateFloat() double',
    ([a]) => Number(`${of(a).digits}e${of(a).exponent}`),
    nominal,
  ),
  overload(
    'kubernetes.Quantity::add(kubernetes.Quantity) kubernetes.Quantity',
    ([a, b]) => new QuantityValue(addQuantities(of(a), of(b))),
    nominal,
  ),
  overload(
    'kubernetes.Quantity::add(int) kubernetes.Quantity',
    ([a, b]) => new QuantityValue(addQuantities(of(a), ofInt(b))),
    nominal,
  ),
  overload(
    'kubernetes.Quantity::sub(kubernetes.Quantity) kubernetes.Quantity',
    ([a, b]) => new QuantityValue(addQuantities(of(a), negative(of(b)))),
    nominal,
  ),
  overload(
    'kubernetes.Quantity::sub(int) kubernetes.Quantity',
    ([a, b]) => new QuantityValue(addQuantities(of(a), negative(ofInt(b)))),
    nominal,
  ),
  overload(
    'kubernetes.Quantity::isGreaterThan(kubernetes.Quantity) bool',
    ([a, b]) => compareQuantities(of(a), of(b)) > 0,
    nominal,
  ),
  overload(
    'kubernetes.Quantity::isLessThan(kubernetes.Quantity) bool',
    ([a, b]) => compareQuantities(of(a), of(b)) < 0,
    nominal,
  ),
  overload(
    'kubernetes.Quantity::compareTo(kubernetes.Quantity) int',
    ([a, b]) => BigInt(compareQuantities(of(a), of(b))),
    nominal,
  ),
];
