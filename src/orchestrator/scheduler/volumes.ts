import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../kube/kinds/objects.data.ts';
import { BIND_COMPLETED, SELECTED_NODE } from '../../kube/kinds/volumes/annotations.ts';
import { claimName } from '../../kube/kinds/volumes/claimnames.ts';
import { findVolume, fitsVolume } from '../../kube/kinds/volumes/matching.ts';
import { storageClass } from '../../kube/kinds/volumes/storageclass.ts';

/** What is known of storage. */
export interface Storage {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volumes(): readonly PersistentVolume[];
  class(name: string): StorageClass | undefined;
  /** Whether another pod that runs, or is about to, uses the claim. */
  isUsed(claim: PersistentVolumeClaim, by: Pod): boolean;
}

export interface ClaimsOfPod {
  readonly type: 'claims';
  /** Volumes of claims that are bound; undefined: one that is not there. */
  readonly bound: readonly (PersistentVolume | undefined)[];
  /** Claims that wait for the node of their first pod, and whether something provisions them there. */
  readonly delayed: readonly { readonly claim: PersistentVolumeClaim; readonly class: StorageClass }[];
  readonly volumes: readonly PersistentVolume[];
  /** One of them is for a single pod, and another one has it. */
  readonly isTaken: boolean;
}

/** The storage of a pod, as far as its place depends on it; `refused`: no node will do. */
export type PodVolumes =
  | { readonly type: 'none' }
  | { readonly type: 'refused'; readonly message: string }
  | ClaimsOfPod;

/** Kubernetes `pkg/scheduler/framework/plugins/volumebinding`, podHasPVCs and GetPodVolumeClaims. */
export function podVolumes(pod: Pod, storage: Storage): PodVolumes {
  const { namespace = '', name: podName = '' } = pod.metadata;
  const claims: PersistentVolumeClaim[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimName(volume, podName);
    if (name === undefined) continue;
    const claim = storage.claim(namespace, name);
    const message = claim ? problemOf(claim) : missing(name, volume.ephemeral !== undefined);
    if (message !== undefined) return { type: 'refused', message };
    if (claim) claims.push(claim);
  }
  return claims.length === 0 ? { type: 'none' } : sorted(claims, pod, storage);
}

const missing = (name: string, isEphemeral: boolean): string =>
  isEphemeral
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    : `persistentvolumeclaim "${name}" not found`;

function problemOf({ metadata, spec, status }: PersistentVolumeClaim): string | undefined {
  if (status?.phase === 'Lost')
    return `persistentvolumeclaim "${metadata.name}" bound to non-existent persistentvolume "${spec?.volumeName ?? ''}"`;
  return metadata.deletionTimestamp ? `persistentvolumeclaim "${metadata.name}" is being deleted` : undefined;
}

function sorted(claims: readonly PersistentVolumeClaim[], pod: Pod, storage: Storage): PodVolumes {
  const volumes = storage.volumes();
  const unbound = claims.filter((claim) => !isBound(claim));
  const delayed = unbound.flatMap((claim) => {
    const found = storage.class(storageClass(claim));
    const isDelayed = found?.volumeBindingMode === 'WaitForFirstConsumer' && !claim.spec?.volumeName;
    return found && isDelayed ? [{ claim, class: found }] : [];
  });
  if (delayed.length < unbound.length)
    return { type: 'refused', message: 'pod has unbound immediate PersistentVolumeClaims' };
  const isTaken = claims.some(
    (claim) => claim.spec?.accessModes?.includes('ReadWriteOncePod') && storage.isUsed(claim, pod),
  );
  const bound = claims
    .filter(isBound)
    .map(({ spec }) => volumes.find(({ metadata }) => metadata.name === spec?.volumeName));
  return { type: 'claims', bound, delayed, volumes, isTaken };
}

export const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  spec?.volumeName !== undefined &&
  spec.volumeName !== '' &&
  metadata.annotations?.[BIND_COMPLETED] !== undefined;

/** What has to be done so that a pod finds its storage on a node. */
export interface Needs {
  readonly bindings: readonly {
    readonly claim: PersistentVolumeClaim;
    readonly volume: PersistentVolume;
  }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

export type OnNode =
  | { readonly ok: true; readonly needs: Needs }
  | { readonly ok: false; readonly reasons: readonly string[] };

const NO_MATCH = "node(s) didn't find available persistent volumes to bind";

/** FindPodVolumes, and the plug-in VolumeRestrictions; reasons follow a count of nodes. */
export function volumesOn({ bound, delayed, volumes, isTaken }: ClaimsOfPod, node: Node): OnNode {
  if (isTaken)
    return no(
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
    );
  if (bound.includes(undefined))
    return no('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
  if (!bound.every((volume) => volume && fitsVolume(volume, node)))
    return no("node(s) didn't match PersistentVolume's node affinity");
  const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const provisions: PersistentVolumeClaim[] = [];
  for (const { claim, class: storage } of delayed) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected !== undefined && selected !== node.metadata.name) return no(NO_MATCH);
    const except = new Set(bindings.map(({ volume }) => volume.metadata.name ?? ''));
    const volume = selected === undefined ? findVolume(claim, volumes, { node, except }) : undefined;
    if (volume) bindings.push({ claim, volume });
    else if (provides(storage, node)) provisions.push(claim);
    else return no(NO_MATCH);
  }
  return { ok: true, needs: { bindings, provisions } };
}

const no = (reason: string): OnNode => ({ ok: false, reasons: [reason] });

/** checkVolumeProvisions */
function provides({ provisioner, allowedTopologies }: StorageClass, { metadata }: Node): boolean {
  if (provisioner === '' || provisioner === 'kubernetes.io/no-provisioner') return false;
  if (!allowedTopologies || allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(metadata.labels?.[key] ?? '')),
  );
}
