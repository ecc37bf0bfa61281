import type { Pod, Taint } from '../../kube/kinds/objects.data.ts';
import { fitsNode } from '../../kube/kinds/podspec/nodeaffinity.ts';
import { tolerates } from '../../kube/kinds/podspec/tolerations.ts';
import { type NodeInfo, requestsOf } from './nodeinfo.ts';

/** One reason why a pod may not run on a node. */
export interface Filter {
  readonly name: string;
  check(pod: Pod, info: NodeInfo): boolean;
  /** What does not fit, in the wording of Kubernetes, which follows a count of nodes. Called only after a failed check. */
  explain(pod: Pod, info: NodeInfo): readonly string[];
}

const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** In the order of kube-scheduler's default plugins: the first that fails names the reason. */
export const FILTERS: readonly Filter[] = [
  {
    name: 'NodeUnschedulable',
    check: (pod, { node }) =>
      !node.spec?.unschedulable || isTolerated(pod, { key: UNSCHEDULABLE, effect: 'NoSchedule' }),
    explain: () => ['node(s) were unschedulable'],
  },
  {
    name: 'NodeName',
    check: (pod, { name }) => !pod.spec.nodeName || pod.spec.nodeName === name,
    explain: () => ["node(s) didn't match the requested node name"],
  },
  {
    name: 'TaintToleration',
    check: (pod, info) => untolerated(pod, info) === undefined,
    explain(pod, info) {
      const taint = untolerated(pod, info);
      return [`node(s) had untolerated taint {${taint?.key}: ${taint?.value ?? ''}}`];
    },
  },
  {
    name: 'NodeAffinity',
    check: (pod, { node }) => fitsNode(pod, node),
    explain: () => ["node(s) didn't match Pod's node affinity/selector"],
  },
  {
    name: 'NodePorts',
    check: (pod, { pods }) => !hostPorts(pod).some((port) => pods.flatMap(hostPorts).includes(port)),
    explain: () => ["node(s) didn't have free ports for the requested pod ports"],
  },
  {
    name: 'NodeResourcesFit',
    check: (pod, info) => shortages(pod, info).length === 0,
    explain: shortages,
  },
  // Nothing allocates devices.
  {
    name: 'DynamicResources',
    check: (pod) => (pod.spec.resourceClaims ?? []).length === 0,
    explain: () => ['cannot allocate all claims'],
  },
];

function shortages(pod: Pod, { pods, allocatable, requested }: NodeInfo): readonly string[] {
  const isFull = allocatable.pods !== undefined && pods.length + 1 > allocatable.pods;
  const missing = Object.entries(requestsOf(pod))
    .filter(([name, amount]) => amount > 0 && amount > (allocatable[name] ?? 0) - (requested[name] ?? 0))
    .map(([name]) => `Insufficient ${name}`);
  return [...(isFull ? ['Too many pods'] : []), ...missing];
}

function untolerated(pod: Pod, { node }: NodeInfo): Taint | undefined {
  return node.spec?.taints?.find((taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(pod, taint));
}

const isTolerated = (pod: Pod, taint: Taint): boolean =>
  (pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint));

function hostPorts(pod: Pod): readonly string[] {
  return pod.spec.containers
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol}/${hostPort}`] : []));
}
