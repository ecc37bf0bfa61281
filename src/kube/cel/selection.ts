import { CelMap, CelObject, Failure, noSuchKey, noSuchOverload, Optional, type Value } from './values.ts';

/** A member by its name, of which it is asked what it is, or whether it is there. */
export interface Selection {
  value(): Value;
  isPresent(): boolean | Failure;
}

export function select(operand: Value, field: string): Selection {
  if (operand instanceof Optional) return selectOptional(operand, field);
  if (operand instanceof CelObject || operand instanceof CelMap) {
    const value = operand.get(field);
    return {
      value: () => (value === undefined ? noSuchKey(field) : value),
      isPresent: () => (value instanceof Failure ? value : value !== undefined),
    };
  }
  return { value: noSuchOverload, isPresent: noSuchOverload };
}

/** What is selected of an optional is optional. */
function selectOptional({ value }: Optional, field: string): Selection {
  if (value === undefined) return { value: () => Optional.NONE, isPresent: () => false };
  const inner = select(value, field);
  return {
    value: () => (inner.isPresent() === true ? new Optional(inner.value()) : Optional.NONE),
    isPresent: () => inner.isPresent(),
  };
}
