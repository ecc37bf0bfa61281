import type { IntOrString } from '../../kube/kinds/objects.data.ts';

/** A number, or a percentage of `total`. Anything else counts as 0 (validation refuses it before it is stored). */
export function share(value: IntOrString, total: number, round: (x: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  // The product is an integer, so that no rounding error of a fraction can change the result of ceil or floor.
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}
