import type { DaemonSet, Node, Taint } from '../../../kube/kinds/objects.data.ts';
import { fitsNode } from '../../../kube/kinds/podspec/nodeaffinity.ts';
import { tolerates } from '../../../kube/kinds/podspec/tolerations.ts';
import { tolerationsOf } from './template.ts';

/** Whether a node should run a pod of a set, and whether one that runs there already may stay. */
export interface Eligibility {
  readonly runs: boolean;
  readonly stays: boolean;
}

/** Kubernetes `daemon_controller.go` NodeShouldRunDaemonPod: selector, affinity and taints; whether there is room is left to the scheduler. */
export function eligibility({ spec }: DaemonSet, node: Node): Eligibility {
  const { template } = spec;
  const isNamed = !template.spec.nodeName || template.spec.nodeName === node.metadata.name;
  if (!isNamed || !fitsNode(template, node)) return { runs: false, stays: false };
  const tolerations = tolerationsOf(template.spec);
  const untolerated = (node.spec?.taints ?? []).filter(
    (taint: Taint) => !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
  return {
    runs: untolerated.every(({ effect }) => effect === 'PreferNoSchedule'),
    stays: untolerated.every(({ effect }) => effect !== 'NoExecute'),
  };
}
