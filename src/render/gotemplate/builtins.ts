import type { Callable, Parameter, Reflected } from './callables.ts';
import { callFunction } from './calling.ts';
import { equal, greater, greaterOrEqual, less, lessOrEqual } from './comparison.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';
import { sprint, sprintln } from './format/sprint.ts';
import { sprintf } from './format/sprintf.ts';
import { index, length, slice } from './indexing.ts';
import { isTrue } from './kinds.ts';
import type { Budget, Value } from './values.ts';

const REFLECT = 'reflect.Value';

/** A builtin of a fixed number of values, and any number more with `more`. */
const reflective = (
  count: number,
  call: (args: readonly Reflected[], budget: Budget) => Reflected,
  more?: Parameter,
): Callable => ({ params: Array.from({ length: count }, (): Parameter => REFLECT), variadic: more, call });

/** A builtin of any number of values of any type. */
const printing = (call: (args: readonly Value[], budget: Budget) => string): Callable => ({
  params: [],
  variadic: 'any',
  call: (args, budget) => call(args.map(held), budget),
});

const held = (value: Reflected): Value => value ?? null;

/** The functions that every template has (text/template/funcs.go); a FuncMap may have others of their names. */
export const BUILTINS: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['and', { ...reflective(1, ([first]) => first, REFLECT), shortCircuit: 'and' }],
  ['or', { ...reflective(1, ([first]) => first, REFLECT), shortCircuit: 'or' }],
  ['not', reflective(1, ([value]) => !isTrue(value))],
  ['eq', reflective(1, ([first, ...others]) => equal(first, others), REFLECT)],
  ['ne', reflective(2, ([a, b]) => !equal(a, [b]))],
  ['lt', reflective(2, ([a, b]) => less(a, b))],
  ['le', reflective(2, ([a, b]) => lessOrEqual(a, b))],
  ['gt', reflective(2, ([a, b]) => greater(a, b))],
  ['ge', reflective(2, ([a, b]) => greaterOrEqual(a, b))],
  ['len', reflective(1, ([item], budget) => length(item, budget))],
  ['index', reflective(1, ([item, ...indexes], budget) => index(item, indexes, budget), REFLECT)],
  [
    'slice',
    {
      ...reflective(1, ([item, ...indexes], budget) => slice(item, indexes, budget), REFLECT),
      indexesUnboxed: true,
    },
  ],
  ['call', { ...reflective(1, ([first]) => first, REFLECT), named: callFunction }],
  ['print', printing(sprint)],
  ['println', printing(sprintln)],
  [
    'printf',
    {
      params: ['string'],
      variadic: 'any',
      call: ([format, ...args], budget) => sprintf(String(format), args.map(held), budget),
    },
  ],
  ['html', printing(escapeHtml)],
  ['js', printing(escapeJs)],
  ['urlquery', printing(escapeQuery)],
]);
