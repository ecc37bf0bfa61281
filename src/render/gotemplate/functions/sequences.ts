import { type Budget, type GoSlice, typed } from '../values.ts';
import { define, variadic } from './define.ts';

/** sprig's untilStep: from `start`, `stop` excluded. Empty where the step leads away. */
function untilStep(start: bigint, stop: bigint, step: bigint, budget: Budget): bigint[] {
  const distance = stop - start;
  if (step === 0n || distance === 0n || distance > 0n !== step > 0n) return [];
  const count = Number((distance + step - (step > 0n ? 1n : -1n)) / step);
  budget.spend(count);
  return Array.from({ length: count }, (_, i) => start + BigInt(i) * step);
}

const ints = (items: readonly bigint[]): GoSlice => typed([...items], { name: '[]int' });

/** As the command seq: last; first and last; or first, step and last. */
function seq(params: readonly bigint[], budget: Budget): string {
  const [start, step, end] = bounds(params);
  if (start === undefined || step === undefined || end === undefined) return '';
  return untilStep(start, end < start ? end - 1n : end + 1n, step, budget).join(' ');
}

function bounds([a, b, c, ...more]: readonly bigint[]): readonly bigint[] {
  if (a === undefined || more.length > 0) return [];
  if (b === undefined) return [1n, a < 1n ? -1n : 1n, a];
  if (c === undefined) return [a, b < a ? -1n : 1n, b];
  return [a, b, c];
}

export const SEQUENCES = {
  until: define(['int'], ([count], budget) => ints(untilStep(0n, count, count < 0n ? -1n : 1n, budget))),
  untilStep: define(['int', 'int', 'int'], ([start, stop, step], budget) =>
    ints(untilStep(start, stop, step, budget)),
  ),
  seq: variadic([], 'int', (params, budget) => seq(params, budget)),
};
