import { isTrue } from '../kinds.ts';
import { type FunctionTable, GoError } from '../values.ts';
import { define, variadic } from './define.ts';

/** Empty is what text/template takes for false. */
export const DEFAULTS: FunctionTable = {
  default: variadic(['any'], 'any', ([fallback, given = null]) => (isTrue(given) ? given : fallback)),
  empty: define(['any'], ([value]) => !isTrue(value)),
  coalesce: variadic([], 'any', (values) => values.find((value) => isTrue(value)) ?? null),
  all: variadic([], 'any', (values) => values.every((value) => isTrue(value))),
  any: variadic([], 'any', (values) => values.some((value) => isTrue(value))),
  ternary: define(['any', 'any', 'bool'], ([yes, no, condition]) => (condition ? yes : no)),
  fail: define(['string'], ([message]) => {
    throw new GoError(message);
  }),
};
