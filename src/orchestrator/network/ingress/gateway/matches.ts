import type { HTTPRouteMatch, NamedValueMatch } from '../../../../kube/kinds/gateways/objects.ts';
import { normalPath } from '../paths.ts';
import { startPattern, wholePattern } from '../patterns.ts';
import type { Conditions, PathMatch, ValueMatch } from '../table.ts';

/** What a request has to be for one match of a rule. */
export interface ReadMatch {
  readonly match: PathMatch;
  readonly conditions: Conditions;
  /** Instructions of all its patterns. */
  readonly cost: number;
  /** Without patterns: takes all requests that the match takes, and more. */
  readonly wide: { readonly match: PathMatch; readonly conditions: Conditions };
  /** Why a part of it is no regular expression: the rest is as wide then. */
  readonly problem?: string;
}

/** A part of a match, or what takes its place. */
interface Part<T> {
  readonly exact: T;
  readonly wide: T;
  readonly cost: number;
  readonly problem?: string;
}

export function readMatch({
  path: { type = 'PathPrefix', value = '/' } = {},
  method,
  headers = [],
  queryParams = [],
}: HTTPRouteMatch): ReadMatch {
  const path = pathPart(type, value);
  const [ofHeaders, ofQuery] = [headers.map(valuePart), queryParams.map(valuePart)];
  const all = [path, ...ofHeaders, ...ofQuery];
  const conditions = (which: 'exact' | 'wide'): Conditions => ({
    ...(method === undefined ? {} : { method }),
    headers: first(ofHeaders.map((one) => one[which])).map((one) => ({
      ...one,
      name: one.name.toLowerCase(),
    })),
    query: first(ofQuery.map((one) => one[which])),
  });
  const wide = { match: path.wide, conditions: conditions('wide') };
  const problem = all.find((one) => one.problem !== undefined)?.problem;
  if (problem !== undefined) return { ...wide, wide, cost: 0, problem };
  return {
    match: path.exact,
    conditions: conditions('exact'),
    cost: all.reduce((sum, { cost }) => sum + cost, 0),
    wide,
  };
}

function pathPart(type: string, value: string): Part<PathMatch> {
  if (type !== 'RegularExpression') {
    const match = { type: type === 'Exact' ? 'exact' : 'prefix', path: normalPath(value) ?? value } as const;
    return { exact: match, wide: match, cost: 0 };
  }
  const [pattern, wide] = [wholePattern(value), startPattern(value)];
  return pattern.ok
    ? { exact: pattern.value, wide, cost: pattern.value.cost }
    : { exact: wide, wide, cost: 0, problem: `the path ${value}: ${pattern.problems[0].message}` };
}

function valuePart({ type = 'Exact', name, value }: NamedValueMatch): Part<ValueMatch> {
  if (type === 'Exact') {
    const match = { name, test: (given: string) => given === value };
    return { exact: match, wide: match, cost: 0 };
  }
  const wide = { name, test: () => true };
  const pattern = wholePattern(value);
  if (!pattern.ok)
    return {
      exact: wide,
      wide,
      cost: 0,
      problem: `the value ${value} of ${name}: ${pattern.problems[0].message}`,
    };
  const { captures, cost } = pattern.value;
  return { exact: { name, test: (given) => captures(given) !== undefined }, wide, cost };
}

/** Of several for one name the first counts (HTTPRouteMatch.headers, queryParams). */
const first = (matches: readonly ValueMatch[]): readonly ValueMatch[] => [
  ...new Map([...matches].reverse().map((one) => [one.name.toLowerCase(), one])).values(),
];
