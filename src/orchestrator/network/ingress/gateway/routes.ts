import type { HTTPRoute, HTTPRouteMatch, HTTPRouteRule } from '../../../../kube/kinds/gateways/objects.ts';
import { DEFAULT_POLICY, type Policy } from '../policy.ts';
import type { Action, Rule, Share } from '../table.ts';
import { type Backends, backendOf, type Unresolved } from './backends.ts';
import { joined, readFilters, readTimeouts } from './filters.ts';
import { type ReadMatch, readMatch } from './matches.ts';
import { type Said, said, unsaid } from './objects.ts';

/** What a route wants, whichever hosts it is served for. */
export interface ReadRoute {
  readonly rules: readonly RouteRule[];
  /** Conditions of each parent that has accepted it. */
  readonly conditions: readonly Said[];
  /** Why no rule of it can be served as it is written; absent: some can. */
  readonly refusal?: string;
}

export interface RouteRule
  extends Pick<Rule, 'match' | 'conditions' | 'action' | 'owner'>,
    Pick<ReadMatch, 'cost' | 'wide'> {}

const EVERYTHING: HTTPRouteMatch = { path: { type: 'PathPrefix', value: '/' } };

/** The rules of a route. One that cannot be done as it is written answers by 500: what it asks for may keep somebody out. */
export function readRoute(route: HTTPRoute, backends: Backends): ReadRoute {
  const { namespace, name } = route.metadata;
  const owner = `${namespace}/${name}`;
  const unresolved: Unresolved[] = [];
  const invalid: string[] = [];
  const rules = (route.spec.rules ?? []).flatMap((rule, i) => {
    const read = (rule.matches?.length ? rule.matches : [EVERYTHING]).map((match) =>
      readOne(route, rule, match, backends),
    );
    const bad = read.flatMap(({ problem }) => problem ?? []);
    if (bad[0] !== undefined) invalid.push(`rule ${i + 1}: ${bad[0]}`);
    unresolved.push(...(read[0]?.unresolved ?? []));
    return read.map(({ made }) => ({ ...made, owner }));
  });
  const [first] = unresolved;
  const conditions = [
    first
      ? unsaid(
          'ResolvedRefs',
          first.reason,
          [...new Set(unresolved.map(({ message }) => message))].join('; '),
        )
      : said('ResolvedRefs', 'ResolvedRefs'),
  ];
  if (invalid.length === 0) return { rules, conditions };
  if (invalid.length === route.spec.rules?.length) return { rules, conditions, refusal: invalid.join('; ') };
  return {
    rules,
    // The specification has a message begin so.
    conditions: [
      ...conditions,
      said('PartiallyInvalid', 'UnsupportedValue', `Dropped Rule: ${invalid.join('; ')}`),
    ],
  };
}

interface ReadOne {
  readonly made: Omit<RouteRule, 'owner'>;
  readonly unresolved: readonly Unresolved[];
  readonly problem?: string;
}

function readOne(route: HTTPRoute, rule: HTTPRouteRule, match: HTTPRouteMatch, backends: Backends): ReadOne {
  const { problem, ...read } = readMatch(match);
  if (problem !== undefined) return { made: { ...read, action: BROKEN }, unresolved: [], problem };
  const filtered = readFilters(rule.filters ?? [], read.match);
  if (typeof filtered === 'string')
    return { made: { ...read, action: BROKEN }, unresolved: [], problem: filtered };
  const policy = joined<Policy>({ ...DEFAULT_POLICY, ...readTimeouts(rule) }, filtered);
  const unresolved: Unresolved[] = [];
  const problems: string[] = [];
  const shares = (rule.backendRefs ?? []).map((ref): Share => {
    const { target, problem } = backendOf(route, ref, backends);
    if (problem) unresolved.push(problem);
    const own = readFilters(ref.filters ?? [], read.match);
    const weight = ref.weight ?? 1;
    if (typeof own !== 'string') return { weight, target, policy: joined(policy, own) };
    problems.push(own);
    return { weight, target: { type: 'missing', why: BROKEN.text, status: 500 }, policy };
  });
  return {
    made: { ...read, action: actionOf(shares, policy) },
    unresolved,
    ...(problems[0] === undefined ? {} : { problem: problems[0] }),
  };
}

/** Of a rule that cannot be done: the requests that it may have been for must not reach another one. */
export const BROKEN = {
  type: 'say',
  status: 500,
  text: 'this route cannot be served as it is written',
} as const;

function actionOf(shares: readonly Share[], policy: Policy): Action {
  const [first, ...more] = shares;
  // A redirect needs no backend, and none is asked then.
  if (!first || policy.redirection)
    return {
      type: 'forward',
      target: { type: 'missing', why: 'the route names no backend', status: 500 },
      policy,
    };
  return more.length === 0 && first.weight > 0
    ? { type: 'forward', target: first.target, policy: first.policy }
    : { type: 'split', shares };
}
