import { amountsOf, type Amounts as Quantities, type ResourceList } from '../../kube/values/amounts.ts';
import { milliValue, wholeValue } from '../../kube/values/quantity.ts';

/** Amounts by resource name, to be added up quickly: cpu in millicores, everything else in whole units. What is zero is left out. */
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

/** What comes to nothing is left out. */
export function addTo(amounts: Record<string, number>, more: Amounts, times: 1 | -1): void {
  for (const name in more) {
    const amount = (amounts[name] ?? 0) + times * (more[name] ?? 0);
    if (amount === 0) delete amounts[name];
    else amounts[name] = amount;
  }
}
