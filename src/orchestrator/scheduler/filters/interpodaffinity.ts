import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import type { Term } from '../terms.ts';
import { createDomains, type Domains, nodesOf } from '../topology.ts';
import type { View } from '../view.ts';
import type { Change, Filter, NodeCheck, Refusal } from './filter.ts';

/** plugins/interpodaffinity, filtering.go: what a pod requires of those around it, and what they forbid. */
export const INTER_POD_AFFINITY: Filter = {
  name: 'InterPodAffinity',
  prepare(pod, view) {
    const counts = countTerms(pod, view);
    const { near, apart } = pod.terms;
    const isConcerned = near.required.length > 0 || apart.required.length > 0 || !counts.forbidden.isEmpty;
    return isConcerned ? checkOf(pod, counts, view) : undefined;
  },
  isHelpedBy: helps,
};

/** Pods by the domains that they are in. */
interface Counts {
  /** That all required terms of the pod select. */
  readonly wanted: Domains;
  /** That a term of the pod keeps away from. */
  readonly shunned: Domains;
  /** That keep away from the pod. */
  readonly forbidden: Domains;
  count(info: NodeInfo, other: PodInfo, times: number): void;
}

function countTerms(pod: PodInfo, view: View): Counts {
  const { near, apart } = pod.terms;
  const [wanted, shunned, forbidden] = [createDomains(), createDomains(), createDomains()];
  const selects = (term: Term, other: PodInfo) => term.selects(other, view.labelsOfNamespace);
  const keepsAway = (info: NodeInfo, other: PodInfo, times: number) => {
    for (const term of other.terms.apart.required)
      if (selects(term, pod)) forbidden.add(term.topologyKey, info, times);
  };
  const isSelected = (info: NodeInfo, other: PodInfo, times: number) => {
    if (near.required.length > 0 && near.required.every((term) => selects(term, other)))
      for (const { topologyKey } of near.required) wanted.add(topologyKey, info, times);
    for (const term of apart.required) if (selects(term, other)) shunned.add(term.topologyKey, info, times);
  };
  for (const alike of view.alikeWithTerms())
    if (alike.pod.terms.apart.required.some((term) => selects(term, pod)))
      for (const [info, count] of nodesOf(alike, view)) keepsAway(info, alike.pod, count);
  const requires = [...near.required, ...apart.required];
  if (requires.length > 0)
    for (const alike of view.alike())
      if (requires.some((term) => selects(term, alike.pod)))
        for (const [info, count] of nodesOf(alike, view)) isSelected(info, alike.pod, count);
  return {
    wanted,
    shunned,
    forbidden,
    count(info, other, times) {
      keepsAway(info, other, times);
      isSelected(info, other, times);
    },
  };
}

function checkOf(pod: PodInfo, counts: Counts, { labelsOfNamespace }: View): NodeCheck {
  const { near, apart } = pod.terms;
  const { wanted, shunned, forbidden } = counts;
  /** The first of pods that want to be near each other finds none of them. */
  const isFirst = (): boolean =>
    wanted.isEmpty && near.required.every((term) => term.selects(pod, labelsOfNamespace));
  const isNear = (info: NodeInfo): boolean =>
    near.required.every(({ topologyKey }) => info.labels[topologyKey] !== undefined) &&
    (near.required.every(({ topologyKey }) => wanted.at(topologyKey, info) > 0) || isFirst());
  const isApart = (info: NodeInfo): boolean =>
    apart.required.every(({ topologyKey }) => shunned.at(topologyKey, info) === 0);
  return {
    check: (info) => isNear(info) && isApart(info) && forbidden.sum(info) === 0,
    explain: (info) => explain(isNear(info), isApart(info)),
    shift: counts.count,
  };
}

function explain(isNear: boolean, isApart: boolean): Refusal {
  if (!isNear) return { reasons: ["node(s) didn't match pod affinity rules"], mayYield: false };
  const reason = isApart
    ? "node(s) didn't satisfy existing pods anti-affinity rules"
    : "node(s) didn't match pod anti-affinity rules";
  return { reasons: [reason], mayYield: true };
}

function helps(pod: PodInfo, { type }: Change): boolean {
  switch (type) {
    case 'placed':
      return pod.terms.near.required.length > 0;
    case 'left':
    case 'node':
    case 'namespace':
      return true;
    case 'storage':
      return false;
  }
}
