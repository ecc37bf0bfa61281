import type { Pod } from '../kinds/objects.data.ts';
import { claimNames } from '../kinds/volumes/claimnames.ts';
import { keyOf } from './cache.ts';

/** Index values: the name of the node that a pod is on. */
export const byNode = ({ spec }: Pod): readonly string[] => (spec.nodeName ? [spec.nodeName] : []);

/** Index values: the keys of the claims that a pod uses. */
export const byClaim = (pod: Pod): readonly string[] =>
  claimNames(pod).map((name) => keyOf({ namespace: pod.metadata.namespace ?? '', name }));
