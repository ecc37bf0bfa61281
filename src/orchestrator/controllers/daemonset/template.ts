import type { Affinity, DaemonSet, Pod, PodSpec, Toleration } from '../../../kube/kinds/objects.data.ts';
import { POD_REVISION } from '../history/revisions.ts';
import { podFromTemplate } from '../podtemplate.ts';

/** The number of the template that a set counts, and that a pod was made of. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const POD_GENERATION = 'pod-template-generation';
/** The one field of nodes that terms of node affinity select by. */
const NAME = 'metadata.name';

const tolerated = (name: string, effect: 'NoExecute' | 'NoSchedule'): Toleration => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
  effect,
});

/** What every pod of a set tolerates: its node's troubles are often what it is there for (Kubernetes `daemonset_util.go`). */
const TOLERATIONS: readonly Toleration[] = [
  tolerated('not-ready', 'NoExecute'),
  tolerated('unreachable', 'NoExecute'),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) =>
    tolerated(name, 'NoSchedule'),
  ),
];
const ON_THE_NETWORK_OF_THE_NODE = tolerated('network-unavailable', 'NoSchedule');

export function tolerationsOf({ tolerations = [], hostNetwork }: PodSpec): readonly Toleration[] {
  const added = hostNetwork ? [...TOLERATIONS, ON_THE_NETWORK_OF_THE_NODE] : TOLERATIONS;
  return added.reduce(withToleration, tolerations);
}

/** In the place of one that tolerates the same, for a shorter time say (core/v1 AddOrUpdateTolerationInPodSpec). */
function withToleration(all: readonly Toleration[], one: Toleration): readonly Toleration[] {
  const isSame = (other: Toleration): boolean =>
    other.key === one.key &&
    other.effect === one.effect &&
    other.operator === one.operator &&
    (other.value ?? '') === (one.value ?? '');
  return all.some(isSame) ? all.map((other) => (isSame(other) ? one : other)) : [...all, one];
}

/** The pod for a node, which the scheduler can place nowhere else (Kubernetes `daemonset_util.go` CreatePodTemplate). */
export function newPod(set: DaemonSet, node: string, hash: string): Pod {
  const pod = podFromTemplate(set, set.spec.template);
  const generation = generationOf(set);
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        ...(generation === undefined ? {} : { [POD_GENERATION]: generation }),
        [POD_REVISION]: hash,
      },
    },
    spec: { ...pod.spec, tolerations: tolerationsOf(pod.spec), affinity: boundTo(node, pod.spec.affinity) },
  };
}

/** Which nodes may be chosen was decided already: the name of one takes the place of the terms. */
function boundTo(node: string, affinity: Affinity = {}): Affinity {
  const named = { matchFields: [{ key: NAME, operator: 'In' as const, values: [node] }] };
  const required = { nodeSelectorTerms: [named] };
  return {
    ...affinity,
    nodeAffinity: { ...affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
  };
}

/** The node that a pod runs on or is meant for (Kubernetes `daemonset_util.go` GetTargetNodeName). */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const field = required?.nodeSelectorTerms
    .flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key, operator }) => key === NAME && operator === 'In');
  return field?.values?.length === 1 ? field.values[0] : undefined;
}

const generationOf = ({ metadata }: DaemonSet): string | undefined => {
  const text = metadata.annotations?.[TEMPLATE_GENERATION];
  return text !== undefined && /^-?\d+$/.test(text) ? text : undefined;
};

/** Whether a pod was made of the template that its set has (Kubernetes `daemonset_util.go` IsPodUpdated). */
export function isUpdated(set: DaemonSet, { metadata }: Pod, hash: string): boolean {
  const generation = generationOf(set);
  const { labels = {} } = metadata;
  return labels[POD_REVISION] === hash || (generation !== undefined && labels[POD_GENERATION] === generation);
}
