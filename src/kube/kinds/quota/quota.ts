import { type Amounts, addAmounts, selectAmounts } from '../../values/amounts.ts';
import { matches } from '../../values/selectors.ts';
import type { KubeObject } from '../../values/types.ts';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../objects.data.ts';
import { CLAIMS } from './claims.ts';
import type { Measure } from './measure.ts';
import { PODS } from './pods.ts';
import { SERVICES } from './services.ts';

export interface Counted {
  readonly group: string;
  readonly plural: string;
}

/** `count/deployments.apps` */
export const countName = ({ group, plural }: Counted): string =>
  `count/${group === '' ? plural : `${plural}.${group}`}`;

/** Names from before `count/…` (`pkg/quota/v1/evaluator/core/registry.go`). */
const ALIASES: readonly string[] = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'];

const MEASURES: Readonly<Record<string, Measure>> = {
  pods: PODS,
  services: SERVICES,
  persistentvolumeclaims: CLAIMS,
};

const ONE = { digits: 1n, exponent: 0, format: 'DecimalSI' } as const;

export function measureOf(kind: Counted): Measure {
  const special = kind.group === '' ? MEASURES[kind.plural] : undefined;
  if (special) return special;
  const names = [
    countName(kind),
    ...(kind.group === '' && ALIASES.includes(kind.plural) ? [kind.plural] : []),
  ];
  const usage: Amounts = Object.fromEntries(names.map((name) => [name, ONE]));
  return {
    counts: (name) => names.includes(name),
    usage: () => usage,
    scopeValues: () => [],
    grows: () => false,
  };
}

/** The object is within all scopes of the quota. */
export const isWithin = ({ spec = {} }: ResourceQuota, measure: Measure, object: KubeObject): boolean =>
  (spec.scopes ?? []).every((scope) => measure.scopeValues(object, scope).length > 0) &&
  (spec.scopeSelector?.matchExpressions ?? []).every((one) => meets(one, measure, object));

function meets(
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
  measure: Measure,
  object: KubeObject,
): boolean {
  const found = measure.scopeValues(object, scopeName);
  if (operator === 'Exists') return found.length > 0;
  const labels = found.length > 0 ? found.map((value) => ({ [scopeName]: value })) : [{}];
  return labels.some((label) => matches([{ key: scopeName, operator, values }], label));
}

/** What objects of one kind use of what a quota limits. */
export function usedOf(
  quota: ResourceQuota,
  measure: Measure,
  objects: readonly KubeObject[],
  now: number,
): Amounts {
  const isLimited = limitedNames(quota, measure);
  return objects
    .filter((object) => isWithin(quota, measure, object))
    .map((object) => selectAmounts(measure.usage(object, now), (name) => isLimited.includes(name)))
    .reduce(addAmounts, Object.fromEntries(isLimited.map((name) => [name, ZERO])));
}

const ZERO = { digits: 0n, exponent: 0, format: 'DecimalSI' } as const;

export const limitedNames = ({ spec }: ResourceQuota, measure: Measure): readonly string[] =>
  Object.keys(spec?.hard ?? {}).filter(measure.counts);
