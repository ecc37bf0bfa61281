import { RE2JS } from 're2js';
import { failed, ok, type Result } from '../../base/errors.ts';

/**
 * Regular expressions that others write: the `pattern` of a CRD, `regexMatch` of a template. They are Go's (RE2, as in Kubernetes and
 * Helm), matched by automata in time linear in the text: a backtracking engine takes exponential time for `^(a+)+$`.
 */
export type Regex = RE2JS;

/** Linear still means size of the program times length of the text: both are bounded. */
const MAX_TEXT = 4096;
const MAX_COST = 10_000;
/** Folding the case of a range beyond ASCII visits each of its characters: 5 ms for all of Unicode, as for so many instructions. */
const WIDE_RANGE_COST = 2_000;
const MOST_WIDE_RANGES = 2;

interface Compiled {
  readonly regex: Regex;
  /** Instructions, and what else compiling took. Milliseconds are about a hundredth of it at worst. */
  readonly cost: number;
  readonly matched: CountSteps;
}

/** Told how many instructions times characters have been matched. */
export type CountSteps = (steps: number) => void;

/** A matcher builds an automaton while it matches, of up to 8 MB: after so many steps it is dropped. */
export function dropAfter(most: number, regex: Regex): CountSteps {
  let taken = 0;
  return (steps) => {
    taken += steps;
    if (taken <= most) return;
    regex.reset();
    taken = 0;
  };
}

/** Memo of compiled patterns, of which all together stay small. */
const compiled = new Map<string, Compiled>();
const MOST_COMPILED = 256;
const MOST_STEPS = 100_000;

/** What is wrong with the pattern is a Problem, in the words of Go's regexp. */
export function compileRegex(pattern: string): Result<Regex> {
  const result = compile(pattern);
  return result.ok ? ok(result.value.regex) : result;
}

/** What a pattern costs to compile, for who accepts many of them. */
export function regexCost(pattern: string): Result<number> {
  const result = compile(pattern);
  return result.ok ? ok(result.value.cost) : result;
}

function compile(pattern: string): Result<Compiled> {
  const known = compiled.get(pattern);
  if (known) return ok(known);
  if (pattern.length > MAX_TEXT) return bad(`it is longer than ${MAX_TEXT} characters`);
  const wide = wideRanges(pattern);
  if (wide > MOST_WIDE_RANGES) return bad('it folds the case of too many ranges beyond ASCII');
  const folding = wide * WIDE_RANGE_COST;
  try {
    const regex = RE2JS.compile(pattern);
    const cost = folding + regex.programSize();
    if (cost > MAX_COST) return bad(`it is too large (${cost} instructions, at most ${MAX_COST})`);
    const made = { regex, cost, matched: dropAfter(MOST_STEPS, regex) };
    compiled.set(pattern, made);
    for (const oldest of compiled.keys()) {
      if (compiled.size <= MOST_COMPILED) break;
      compiled.delete(oldest);
    }
    return ok(made);
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
}

const wideRanges = (pattern: string): number =>
  /\(\?[a-zA-Z]*i/.test(pattern) ? (pattern.match(/-(?:\\x\{|\\pA|[^\0-\x7f])/gu)?.length ?? 0) : 0;

const bad = (why: string): Result<never> => failed({ reason: 'BadPattern', message: why });

/** Work that remains for one object: see MATCH_STEPS. Spent while it is checked. */
export interface MatchBudget {
  left: number;
  /** Where it was used up. */
  at?: string;
}
/**
 * Instructions times characters, summed over the strings of one object: half a second for the worst patterns that were found, a few
 * milliseconds for honest ones. 3,000 names of 63 characters against the pattern of a DNS label fit.
 */
const MATCH_STEPS = 4_000_000;
export const matchBudget = (): MatchBudget => ({ left: MATCH_STEPS });

/** False once it is used up; `path` is where. */
export function spend(budget: MatchBudget, steps: number, path: string): boolean {
  budget.left -= steps;
  if (budget.left < 0) budget.at ??= path;
  return budget.left >= 0;
}

/** `exhausted`: nothing is known, for the budget does not suffice. `unreadable`: RE2 has no such pattern. */
export type Matched = 'match' | 'mismatch' | 'exhausted' | 'unreadable';

/** Whether the pattern is found anywhere in the text, as Go's MatchString says. */
export function matchRegex(pattern: string, text: string, path: string, budget: MatchBudget): Matched {
  const result = compile(pattern);
  if (!result.ok) return 'unreadable';
  const { regex } = result.value;
  const steps = regex.programSize() * (text.length + 1);
  if (!spend(budget, steps, path)) return 'exhausted';
  const found = regex.test(text);
  result.value.matched(steps);
  return found ? 'match' : 'mismatch';
}

/** The first matches, without those that overlap an earlier one, as Go's FindAllString finds them. */
export function findAllRegex(pattern: string, text: string, most: number): readonly string[] {
  const result = compile(pattern);
  if (!result.ok) return [];
  const matcher = result.value.regex.matcher(text);
  const found: string[] = [];
  while (found.length < most && matcher.find()) found.push(matcher.group() ?? '');
  result.value.regex.reset();
  return found;
}
