import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from './quantity.ts';

/** Quantities by the name of their resource: a ResourceList that has been read. */
export type Amounts = Readonly<Record<string, Quantity>>;

export type ResourceList = Readonly<Record<string, string | number>>;

/** What is not a quantity is left out. */
export function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts: Record<string, Quantity> = {};
  for (const name in list) {
    const quantity = parseQuantity(list[name] ?? '');
    if (quantity) amounts[name] = quantity;
  }
  return amounts;
}

export const addAmounts = (a: Amounts, b: Amounts): Amounts => combine(a, b, addQuantities);

export const largestAmounts = (a: Amounts, b: Amounts): Amounts =>
  combine(a, b, (x, y) => (compareQuantities(x, y) < 0 ? y : x));

/** Never below zero; what only `b` has is left out. */
export function subtractAmounts(a: Amounts, b: Amounts): Amounts {
  const rest: Record<string, Quantity> = {};
  for (const [name, amount] of Object.entries(a)) {
    const taken = b[name];
    const left = taken ? addQuantities(amount, { ...taken, digits: -taken.digits }) : amount;
    rest[name] = left.digits < 0n ? { ...left, digits: 0n, exponent: 0 } : left;
  }
  return rest;
}

/** Whether both name the same resources, and as much of each, in whatever spelling. */
export function equalAmounts(a: ResourceList, b: ResourceList): boolean {
  const [left, right] = [amountsOf(a), amountsOf(b)];
  const names = Object.keys(left);
  const isSame = (name: string): boolean => {
    const [x, y] = [left[name], right[name]];
    return x !== undefined && y !== undefined && compareQuantities(x, y) === 0;
  };
  return names.length === Object.keys(right).length && names.every(isSame);
}

export const selectAmounts = (
  amounts: Amounts,
  isWanted: (name: string, amount: Quantity) => boolean,
): Amounts => Object.fromEntries(Object.entries(amounts).filter(([name, amount]) => isWanted(name, amount)));

export const formatAmounts = (amounts: Amounts): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, formatQuantity(amount)]));

function combine(a: Amounts, b: Amounts, how: (x: Quantity, y: Quantity) => Quantity): Amounts {
  const result: Record<string, Quantity> = { ...a };
  for (const name in b) {
    const [known, more] = [result[name], b[name]];
    if (more) result[name] = known ? how(known, more) : more;
  }
  return result;
}
