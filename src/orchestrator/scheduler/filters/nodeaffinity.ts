import { fitsNode } from '../../../kube/kinds/podspec/nodeaffinity.ts';
import { type Filter, onNodeChange } from './filter.ts';

/** plugins/nodeaffinity: nodeSelector and what node affinity requires. */
export const NODE_AFFINITY: Filter = {
  name: 'NodeAffinity',
  prepare: ({ pod }) =>
    pod.spec.nodeSelector || pod.spec.affinity?.nodeAffinity
      ? {
          check: ({ node }) => fitsNode(pod, node),
          explain: () => ({
            reasons: ["node(s) didn't match Pod's node affinity/selector"],
            mayYield: false,
          }),
        }
      : undefined,
  isHelpedBy: onNodeChange(({ pod }, { node }) => fitsNode(pod, node)),
};
