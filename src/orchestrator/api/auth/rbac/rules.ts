import type { PolicyRule } from '../../../../kube/kinds/objects.data.ts';
import type { Attributes } from '../../authorization.ts';

/**
 * What one rule says of requests and of other rules, from values to values (Kubernetes `pkg/apis/rbac/v1/evaluation_helpers.go`,
 * component-helpers `auth/rbac/validation/policy_comparator.go`).
 */

type List = readonly string[];
const NONE: List = [];

/** Whether a rule allows a request (`plugin/pkg/auth/authorizer/rbac/rbac.go`, RuleAllows). */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes) return urlMatches(rule.nonResourceURLs ?? NONE, attributes.path);
  const { group, resource, subresource, name = '' } = attributes;
  const { apiGroups = NONE, resources = NONE, resourceNames = NONE } = rule;
  return (
    hasOrAll(apiGroups, group) &&
    resourceMatches(resources, resource, subresource) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

const hasOrAll = (list: List, one: string): boolean => list.includes('*') || list.includes(one);

/** `*` is every resource and subresource; a star before a slash is that subresource of any resource. */
function resourceMatches(resources: List, resource: string, subresource: string | undefined): boolean {
  if (subresource === undefined) return hasOrAll(resources, resource);
  return hasOrAll(resources, `${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

const urlMatches = (patterns: List, path: string): boolean =>
  patterns.some((pattern) => pattern === path || isBeginning(pattern, path));

const isBeginning = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''));

/** A rule as rules of one verb and one resource or URL each, with at most one name. */
export function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups = NONE, resources = NONE, resourceNames = NONE, nonResourceURLs = NONE } = rule;
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb): PolicyRule[] => {
        const one = { apiGroups: [group], resources: [resource], verbs: [verb] };
        return resourceNames.length === 0
          ? [one]
          : resourceNames.map((name) => ({ ...one, resourceNames: [name] }));
      }),
    ),
  );
  const ofUrls = nonResourceURLs.flatMap((url) =>
    verbs.map((verb): PolicyRule => ({ nonResourceURLs: [url], verbs: [verb] })),
  );
  return [...ofResources, ...ofUrls];
}

/** What of the wanted rules no owned one covers, broken down; empty: all is covered. */
export const uncovered = (
  owned: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] =>
  wanted.flatMap(breakDown).filter((part) => !owned.some((rule) => covers(rule, part)));

/** `part` is of one verb and one resource or URL: a single rule covers it, or none does. */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const { apiGroups = NONE, resources = NONE, resourceNames = NONE, nonResourceURLs = NONE } = rule;
  const names = part.resourceNames ?? NONE;
  return (
    every(part.verbs, (verb) => hasOrAll(rule.verbs, verb)) &&
    every(part.apiGroups, (group) => hasOrAll(apiGroups, group)) &&
    every(part.resources, (resource) => coversResource(resources, resource)) &&
    every(part.nonResourceURLs, (url) => urlMatches(nonResourceURLs, url)) &&
    (resourceNames.length === 0 || (names.length > 0 && names.every((name) => resourceNames.includes(name))))
  );
}

const every = (list: List | undefined, holds: (one: string) => boolean): boolean =>
  (list ?? NONE).every(holds);

function coversResource(resources: List, resource: string): boolean {
  if (hasOrAll(resources, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && resources.includes(`*${resource.slice(slash)}`);
}

/** Parts that differ in their verb only as one rule (`pkg/registry/rbac/validation/policy_compact.go`). */
export function compact(parts: readonly PolicyRule[]): readonly PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  for (const part of parts) {
    const { verbs, ...what } = part;
    // Those of URLs stay as they are.
    const key = what.nonResourceURLs ? JSON.stringify(part) : JSON.stringify(what);
    const known = merged.get(key);
    merged.set(key, known && !what.nonResourceURLs ? { ...what, verbs: [...known.verbs, ...verbs] } : part);
  }
  return [...merged.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`: as messages about escalation show a rule (Go's `%q`). */
export function describeRule(rule: PolicyRule): string {
  const parts: readonly (readonly [string, List | undefined])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = parts.filter(([, list]) => list && list.length > 0);
  return `{${shown.map(([name, list]) => `${name}:${quoteList(list ?? NONE)}`).join(', ')}}`;
}

/** `["a" "b"]`, as Go prints a list of strings with `%q`. */
export const quoteList = (list: List): string => `[${list.map((one) => JSON.stringify(one)).join(' ')}]`;
