import type { Node, Pod, PodAffinityTerm } from '../../../src/kube/kinds/objects.data.ts';
import type { Strategy } from '../../../src/kube/kinds/podspec/schedulers.ts';
import type { Labels } from '../../../src/kube/values/selectors.ts';
import { type Cluster, createCluster } from '../../../src/orchestrator/scheduler/cluster.ts';
import { place } from '../../../src/orchestrator/scheduler/decide.ts';
import { podInfo } from '../../../src/orchestrator/scheduler/podinfo.ts';
import { PROFILES } from '../../../src/orchestrator/scheduler/profiles.ts';
import type { PodVolumes } from '../../../src/orchestrator/scheduler/volumes.ts';

interface Written {
  readonly labels?: Record<string, string>;
  readonly spec?: object;
}

/** Four cores, 4 GiB and ten pods, unless it `has` something else. */
export function node(
  name: string,
  { labels = {}, spec = {}, has = {} }: Written & { readonly has?: Record<string, string> } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec,
    status: { allocatable: { cpu: '4', memory: '4Gi', pods: '10', ...has } },
  };
}

/** `asks`: what its one container requests. */
export function pod(
  name: string,
  { labels, asks, owner, namespace = 'default', spec = {}, status }: Asked = {},
): Pod {
  const controller = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'r',
    uid: owner ?? '',
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `${namespace}/${name}`,
      ...(labels ? { labels } : {}),
      ...(owner ? { ownerReferences: [controller] } : {}),
    },
    spec: { containers: [{ name: 'c', ...(asks ? { resources: { requests: asks } } : {}) }], ...spec },
    ...(status ? { status } : {}),
  };
}

interface Asked extends Written {
  readonly asks?: Record<string, string>;
  /** The uid of its controller. */
  readonly owner?: string;
  readonly namespace?: string;
  readonly status?: object;
}

export interface Situation {
  readonly nodes: readonly Node[];
  /** By the name of their node. */
  readonly pods?: Readonly<Record<string, readonly Pod[]>>;
  readonly namespaces?: Readonly<Record<string, Labels>>;
  readonly strategy?: Strategy;
  readonly volumes?: PodVolumes;
}

export function clusterOf({
  nodes,
  pods = {},
  namespaces = {},
  volumes = { type: 'none' },
}: Situation): Cluster {
  const cluster = createCluster({ labelsOfNamespace: (name) => namespaces[name], volumesOf: () => volumes });
  for (const one of nodes) cluster.setNode(one);
  for (const [name, on] of Object.entries(pods)) for (const one of on) cluster.place(podInfo(one), name);
  return cluster;
}

/** The node that a pod gets, or why it gets none. */
export function placed(one: Pod, situation: Situation): string {
  const placement = place(podInfo(one), clusterOf(situation), PROFILES[situation.strategy ?? 'spread']);
  return placement.type === 'bind' ? placement.node : placement.message;
}

/** A term about pods with these labels, by default on the same node. */
export const term = (
  matchLabels: Record<string, string>,
  topologyKey = 'kubernetes.io/hostname',
  more: Partial<PodAffinityTerm> = {},
): PodAffinityTerm => ({ labelSelector: { matchLabels }, topologyKey, ...more });

export const required = (...terms: readonly PodAffinityTerm[]) => ({
  requiredDuringSchedulingIgnoredDuringExecution: terms,
});

export const preferred = (weight: number, podAffinityTerm: PodAffinityTerm) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }],
});

export const ZONE = 'topology.kubernetes.io/zone';
export const inZone = (zone: string) => ({ [ZONE]: zone });
