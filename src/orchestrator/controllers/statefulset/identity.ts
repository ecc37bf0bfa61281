import type {
  PersistentVolumeClaim,
  Pod,
  PodTemplateSpec,
  StatefulSet,
  Volume,
} from '../../../kube/kinds/objects.data.ts';
import { POD_REVISION } from '../history/revisions.ts';
import { podFromTemplate } from '../podtemplate.ts';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

/** A template, and the name of the revision that keeps it. */
export interface Generation {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

const nameOf = ({ metadata }: StatefulSet): string => metadata.name ?? '';
export const podName = (set: StatefulSet, ordinal: number): string => `${nameOf(set)}-${ordinal}`;
export const firstOrdinal = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;
export const replicasOf = ({ spec }: StatefulSet): number => spec.replicas ?? 1;
export const revisionOf = ({ metadata }: Pod): string => metadata.labels?.[POD_REVISION] ?? '';

/** -1 where the name of a pod does not end in a number of 32 bits (Kubernetes `stateful_set_utils.go` getParentNameAndOrdinal). */
export function ordinalOf({ metadata }: Pod): number {
  const digits = /-([0-9]+)$/.exec(metadata.name ?? '')?.[1];
  const ordinal = Number(digits ?? -1);
  return ordinal <= 0x7fffffff ? ordinal : -1;
}

export const isInRange = (set: StatefulSet, ordinal: number): boolean =>
  ordinal >= firstOrdinal(set) && ordinal < firstOrdinal(set) + replicasOf(set);

/** Whether the name of a pod is that of a set with a number (Kubernetes `stateful_set_utils.go` isMemberOf). */
export function isMember(set: StatefulSet, { metadata }: Pod): boolean {
  return /^(.*)-[0-9]+$/.exec(metadata.name ?? '')?.[1] === nameOf(set);
}

/** The pod of an ordinal, as a generation makes it (Kubernetes `stateful_set_utils.go` newStatefulSetPod). */
export function newPod(set: StatefulSet, { name: revision, template }: Generation, ordinal: number): Pod {
  const pod = podFromTemplate(set, template);
  const name = podName(set, ordinal);
  const { serviceName } = set.spec;
  const subdomain = serviceName ? { subdomain: serviceName } : {};
  return withVolumes(set, {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      labels: { ...pod.metadata.labels, ...identityLabels(name, ordinal), [POD_REVISION]: revision },
    },
    spec: { ...pod.spec, hostname: name, ...subdomain },
  });
}

const identityLabels = (name: string, ordinal: number): Record<string, string> => ({
  [POD_NAME]: name,
  [POD_INDEX]: String(ordinal),
});

/** The pod with the labels and volumes that its set asks for; the same one where it has them. */
export function conforming(set: StatefulSet, pod: Pod): Pod {
  const { name = '', labels } = pod.metadata;
  const isNamed = labels?.[POD_NAME] === name;
  const identified = {
    ...pod,
    metadata: { ...pod.metadata, labels: { ...labels, ...identityLabels(name, ordinalOf(pod)) } },
  };
  const named = isNamed ? pod : identified;
  return hasClaims(set, pod) ? named : withVolumes(set, named);
}

export const claimName = (set: StatefulSet, claim: PersistentVolumeClaim, ordinal: number): string =>
  `${claim.metadata.name}-${nameOf(set)}-${ordinal}`;

/** Whether a claim is one that a set makes: its name begins with that of a template and of the set. */
export const hasClaimNamed = (set: StatefulSet, name: string): boolean =>
  (set.spec.volumeClaimTemplates ?? []).some((claim) =>
    name.startsWith(`${claim.metadata.name}-${nameOf(set)}-`),
  );

/** Name of the volume → name of the claim. */
function claimNames(set: StatefulSet, ordinal: number): ReadonlyMap<string, string> {
  const templates = set.spec.volumeClaimTemplates ?? [];
  return new Map(templates.map((claim) => [claim.metadata.name ?? '', claimName(set, claim, ordinal)]));
}

function hasClaims(set: StatefulSet, pod: Pod): boolean {
  const volumes = pod.spec.volumes ?? [];
  return [...claimNames(set, ordinalOf(pod))].every(([name, claim]) =>
    volumes.some((volume) => volume.name === name && volume.persistentVolumeClaim?.claimName === claim),
  );
}

/** A volume of a claim takes the place of any other of its name. */
function withVolumes(set: StatefulSet, pod: Pod): Pod {
  const names = claimNames(set, ordinalOf(pod));
  if (names.size === 0) return pod;
  const claimed = [...names].map(
    ([name, claim]): Volume => ({ name, persistentVolumeClaim: { claimName: claim } }),
  );
  const others = (pod.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  return { ...pod, spec: { ...pod.spec, volumes: [...claimed, ...others] } };
}
