import { mended } from '../bytewise.ts';
import { quote } from '../format/quote.ts';
import { display } from '../format/sprint.ts';
import type { Value } from '../values.ts';
import { define, variadic } from './define.ts';
import { strval } from './texts.ts';

/** What is nil is left out. */
const joined = (values: readonly Value[], write: (value: Value) => string): string =>
  mended(
    values
      .filter((value) => value !== null)
      .map(write)
      .join(' '),
  );

export const QUOTING = {
  quote: variadic([], 'any', (values, budget) => joined(values, (value) => quote(strval(value, budget)))),
  squote: variadic([], 'any', (values, budget) => joined(values, (value) => `'${display(value, budget)}'`)),
  cat: variadic([], 'any', (values, budget) => joined(values, (value) => display(value, budget))),
  toString: define(['any'], ([value], budget) => strval(value, budget)),
};
