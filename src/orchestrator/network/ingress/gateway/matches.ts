import type { HTTPRouteMatch, NamedValueMatch } from '../../../../kube/kinds/gateways/objects.ts';
import { normalPath } from '../paths.ts';
import { wholePattern } from '../patterns.ts';
import type { Conditions, PathMatch, ValueMatch } from '../table.ts';

/** What a request has to be for one match of a rule. */
export interface ReadMatch {
  readonly match: PathMatch;
  readonly conditions: Conditions;
  /** Instructions of all its patterns. */
  readonly cost: number;
}

class BadMatch extends Error {}

/** A sentence where a part of it is no regular expression. */
export function readMatch({
  path = {},
  method,
  headers = [],
  queryParams = [],
}: HTTPRouteMatch): ReadMatch | string {
  try {
    const { type = 'PathPrefix', value = '/' } = path;
    const match = pathMatch(type, value);
    const [ofHeaders, ofQuery] = [headers, queryParams].map((list) => list.map(valueMatch));
    const all = [...(ofHeaders ?? []), ...(ofQuery ?? [])];
    return {
      match,
      conditions: {
        ...(method === undefined ? {} : { method }),
        headers: first(ofHeaders ?? []).map((one) => ({ ...one, name: one.name.toLowerCase() })),
        query: first(ofQuery ?? []),
      },
      cost: all.reduce((sum, { cost }) => sum + cost, match.type === 'pattern' ? match.cost : 0),
    };
  } catch (error) {
    if (error instanceof BadMatch) return error.message;
    throw error;
  }
}

function pathMatch(type: string, value: string): PathMatch {
  if (type === 'RegularExpression') {
    const pattern = wholePattern(value);
    if (!pattern.ok) throw new BadMatch(`the path ${value}: ${pattern.problems[0].message}`);
    return pattern.value;
  }
  return { type: type === 'Exact' ? 'exact' : 'prefix', path: normalPath(value) ?? value };
}

interface CostlyMatch extends ValueMatch {
  readonly cost: number;
}

function valueMatch({ type = 'Exact', name, value }: NamedValueMatch): CostlyMatch {
  if (type === 'Exact') return { name, test: (given) => given === value, cost: 0 };
  const pattern = wholePattern(value);
  if (!pattern.ok) throw new BadMatch(`the value ${value} of ${name}: ${pattern.problems[0].message}`);
  const { captures, cost } = pattern.value;
  return { name, test: (given) => captures(given) !== undefined, cost };
}

/** Of several for one name the first counts (HTTPRouteMatch.headers, queryParams). */
const first = (matches: readonly CostlyMatch[]): readonly ValueMatch[] => [
  ...new Map([...matches].reverse().map(({ name, test }) => [name.toLowerCase(), { name, test }])).values(),
];
