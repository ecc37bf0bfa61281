import { findAllRegex, matchRegex, regexCost } from '../../values/pattern.ts';
import { matching } from '../cost.ts';
import type { Meter } from '../meter.ts';
import { type Overload, overload } from '../overload.ts';
import { fail, listOfValues, type Value } from '../values.ts';

/** Instructions of an automaton times characters, of which so many take as long as a unit of work. */
const STEPS_PER_WORK = 2;

function pay(pattern: string, text: string, meter: Meter): string | undefined {
  const cost = regexCost(pattern);
  if (!cost.ok) return cost.problems[0].message;
  meter.work((cost.value * (text.length + 1)) / STEPS_PER_WORK / 10);
  return undefined;
}

function matches(text: string, pattern: string, meter: Meter): Value {
  const problem = pay(pattern, text, meter);
  if (problem !== undefined) return fail(problem);
  return matchRegex(pattern, text, '', { left: Infinity }) === 'match';
}

function find(text: string, pattern: string, most: number, meter: Meter): readonly string[] | Value {
  const problem = pay(pattern, text, meter);
  if (problem !== undefined) return fail(`Illegal regex: ${problem}`);
  return findAllRegex(pattern, text, most);
}

function findFirst(text: string, pattern: string, meter: Meter): Value {
  const found = find(text, pattern, 1, meter);
  return Array.isArray(found) ? (found[0] ?? '') : (found as Value);
}

function findMany(text: string, pattern: string, most: bigint, meter: Meter): Value {
  const found = find(text, pattern, most < 0n ? Infinity : Number(most), meter);
  return Array.isArray(found) ? listOfValues(found as string[]) : (found as Value);
}

/** Regular expressions, RE2's: `matches` of the language, `find` and `findAll` of Kubernetes. */
export const REGEXES: readonly Overload[] = [
  overload(
    'matches(string, string) bool',
    ([text, pattern], meter) => matches(text as string, pattern as string, meter),
    matching(),
  ),
  overload(
    'string::matches(string) bool',
    ([text, pattern], meter) => matches(text as string, pattern as string, meter),
    matching(),
  ),
  overload(
    'string::find(string) string',
    ([text, pattern], meter) => findFirst(text as string, pattern as string, meter),
    matching(true),
  ),
  overload(
    'string::findAll(string) list<string>',
    ([text, pattern], meter) => findMany(text as string, pattern as string, -1n, meter),
    matching(true),
  ),
  overload(
    'string::findAll(string, int) list<string>',
    ([text, pattern, most], meter) => findMany(text as string, pattern as string, most as bigint, meter),
    matching(true),
  ),
];
