import { type FieldError, invalid } from '../../values/fielderrors.ts';
import { compareQuantities, parseQuantity, type Quantity } from '../../values/quantity.ts';
import type { Json } from '../../values/types.ts';
import { none } from './checks.ts';

/** undefined for what is absent or not a quantity. */
export const quantityOf = (value: Json | undefined): Quantity | undefined =>
  typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;

/** Whether both are quantities, and the first is the greater one. */
export function exceeds(value: Json | undefined, limit: Json | undefined): boolean {
  const [left, right] = [quantityOf(value), quantityOf(limit)];
  return left !== undefined && right !== undefined && compareQuantities(left, right) > 0;
}

export const notNegative = (field: string, value: Json | undefined): readonly FieldError[] =>
  digitsOf(value) < 0n ? [invalid(field, value, 'must be greater than or equal to 0')] : none;

/** An absent value is fine. */
export const positive = (
  field: string,
  value: Json | undefined,
  problem = 'must be greater than zero',
): readonly FieldError[] =>
  quantityOf(value) !== undefined && digitsOf(value) <= 0n ? [invalid(field, value, problem)] : none;

/** The digits of a quantity have no trailing zeros: a negative exponent is a fraction. */
export const isWhole = (value: Json | undefined): boolean => (quantityOf(value)?.exponent ?? 0) >= 0;

const digitsOf = (value: Json | undefined): bigint => quantityOf(value)?.digits ?? 0n;
