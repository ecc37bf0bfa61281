import type { Json } from '../../../kube/values/types.ts';
import { eachValue, judged } from './each.ts';
import type { Check } from './kind.ts';

/** `path` and `value`, both numbers or both text. */
const ordered = (
  holds: (actual: number | string, wanted: number | string) => boolean,
  words: string,
): Check =>
  eachValue((actual, params, subject) => {
    const { value: expected = null } = params;
    const [a, b] = [comparable(actual), comparable(expected)];
    if (a === undefined || b === undefined || typeof a !== typeof b)
      return { message: 'can only compare two numbers or two texts', ...shown(expected, actual) };
    return judged(holds(a, b), subject, { message: `expected to be ${words}`, expected, actual });
  });

const comparable = (value: Json): number | string | undefined =>
  typeof value === 'number' || typeof value === 'string' ? value : undefined;

const shown = (expected: Json, actual: Json) => ({
  expected: JSON.stringify(expected),
  actual: JSON.stringify(actual),
});

export const greaterOrEqual: Check = ordered((a, b) => a >= b, 'at least');
export const lessOrEqual: Check = ordered((a, b) => a <= b, 'at most');
