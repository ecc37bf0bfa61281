import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import type { Term } from '../terms.ts';
import { createDomains, nodesOf } from '../topology.ts';
import type { Alike } from '../view.ts';
import { HIGHEST, type Score } from './score.ts';

/** plugins/interpodaffinity, scoring.go: what the pod prefers of those around it, and they of it; a required term of theirs weighs 1. */
export const INTER_POD_AFFINITY_SCORE: Score = {
  name: 'InterPodAffinity',
  rate(pod, nodes, view) {
    const { near, apart } = pod.terms;
    const weights = createDomains();
    const weigh = (alike: Alike, terms: readonly Term[], other: PodInfo, sign: 1 | -1) => {
      const selecting = terms.filter((term) => term.selects(other, view.labelsOfNamespace));
      if (selecting.length === 0) return;
      for (const [info, count] of nodesOf(alike, view))
        for (const { topologyKey, weight } of selecting)
          weights.add(topologyKey, info, sign * weight * count);
    };
    if (near.preferred.length + apart.preferred.length > 0)
      for (const alike of view.alike()) {
        weigh(alike, near.preferred, alike.pod, 1);
        weigh(alike, apart.preferred, alike.pod, -1);
      }
    for (const alike of view.alikeWithTerms()) {
      const theirs = alike.pod.terms;
      weigh(alike, theirs.near.required, pod, 1);
      weigh(alike, theirs.near.preferred, pod, 1);
      weigh(alike, theirs.apart.preferred, pod, -1);
    }
    return weights.isEmpty ? undefined : stretched(nodes.map((info: NodeInfo) => weights.sum(info)));
  },
};

/** From the least to the most; 0 is among them. */
function stretched(raw: readonly number[]): readonly number[] {
  const [least, most] = [Math.min(0, ...raw), Math.max(0, ...raw)];
  return raw.map((one) => (most === least ? 0 : Math.floor((HIGHEST * (one - least)) / (most - least))));
}
