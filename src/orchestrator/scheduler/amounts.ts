import { amountsOf, type Amounts as Quantities, type ResourceList } from '../../kube/values/amounts.ts';
import { milliValue, wholeValue } from '../../kube/values/quantity.ts';

/** Amounts by resource name, to be added up quickly: cpu in millicores, everything else in whole units. Nothing is left out, zero is. */
export type Amounts = Readonly<Record<string, number>>;

export function numbersOf(quantities: Quantities): Amounts {
  const result: Record<string, number> = {};
  for (const name in quantities) {
    const quantity = quantities[name];
    const amount = quantity ? (name === 'cpu' ? milliValue(quantity) : wholeValue(quantity)) : 0;
    if (amount !== 0) result[name] = amount;
  }
  return result;
}

export const amountsOfList = (list: ResourceList | undefined): Amounts => numbersOf(amountsOf(list));

/** `more` is added `times` times: -1 takes it away. */
export function plus(amounts: Amounts, more: Amounts, times: 1 | -1 = 1): Amounts {
  const result: Record<string, number> = { ...amounts };
  for (const name in more) result[name] = (result[name] ?? 0) + times * (more[name] ?? 0);
  return result;
}
