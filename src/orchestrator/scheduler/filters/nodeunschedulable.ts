import { CORDON } from '../../../kube/kinds/nodes/words.ts';
import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import { type Filter, onNodeChange } from './filter.ts';
import { isTolerated } from './taints.ts';

const isOpen = (pod: PodInfo, { node }: NodeInfo): boolean =>
  !node.spec?.unschedulable || isTolerated(pod, CORDON);

/** `kubectl cordon` (plugins/nodeunschedulable). */
export const NODE_UNSCHEDULABLE: Filter = {
  name: 'NodeUnschedulable',
  prepare: (pod) => ({
    check: (info) => isOpen(pod, info),
    explain: () => ({ reasons: ['node(s) were unschedulable'], mayYield: false }),
  }),
  isHelpedBy: onNodeChange(isOpen),
};
