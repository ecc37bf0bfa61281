import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { keyOf } from '../../kube/client/cache.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Watch, watch } from '../../kube/client/controller.ts';
import { createInformer, type Informer } from '../../kube/client/informer.ts';
import { createMutationCache } from '../../kube/client/mutationcache.ts';
import { byClaim } from '../../kube/client/podindexes.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../kube/kinds/objects.data.ts';
import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  STORAGE_CLASSES,
} from '../../kube/kinds/resources.data.ts';
import { SELECTED_NODE } from '../../kube/kinds/volumes/annotations.ts';
import { claimNames } from '../../kube/kinds/volumes/claimnames.ts';
import { boundVolume, isBoundTo } from '../../kube/kinds/volumes/matching.ts';
import { isBound, type Needs, type PodVolumes, podVolumes } from './volumes.ts';

export interface VolumeBindingOptions {
  readonly client: KubeClient;
  readonly pods: Informer<Pod>;
  /** Whether a pod uses what it is meant to use: it is on a node or promised to one, and not finished. */
  readonly isPlaced: (pod: Pod) => boolean;
  /** A claim, a volume or a class came or changed. */
  readonly onChange: () => void;
  readonly fieldManager: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How far the claims of a pod are that were promised to a node. */
export type Progress =
  | { readonly type: 'bound' }
  | { readonly type: 'waiting' }
  /** The provisioner gave the claim back, or somebody took its volume. */
  | { readonly type: 'failed'; readonly claim: string };

/** The storage of pods, as the scheduler has to know it, and what it writes so that the binder and the provisioners go on. */
export interface VolumeBinding {
  readonly watches: readonly Watch[];
  of(pod: Pod): PodVolumes;
  /** Reserves the volumes and names the node to the provisioners. Rejects with Conflict or NotFound where somebody was faster. */
  begin(needs: Needs, node: string): Promise<void>;
  progress(pod: Pod, node: string): Progress;
}

export function createVolumeBinding(options: VolumeBindingOptions): VolumeBinding {
  const { client: writer, pods, isPlaced, onChange, clock, logger, fieldManager } = options;
  const claimInformer = createInformer({ client: writer, resource: PERSISTENT_VOLUME_CLAIMS, clock, logger });
  const volumeInformer = createInformer({ client: writer, resource: PERSISTENT_VOLUMES, clock, logger });
  const classes = createInformer({ client: writer, resource: STORAGE_CLASSES, clock, logger });
  const claims = createMutationCache(claimInformer, PERSISTENT_VOLUME_CLAIMS);
  const volumes = createMutationCache(volumeInformer, PERSISTENT_VOLUMES);
  const client = claims.recording(volumes.recording(writer));
  const podsOf = pods.index(byClaim);
  const volumesFor = volumes.index(claimOfVolume);
  claimInformer.listen({ add: onChange, update: onChange });
  volumeInformer.listen({ add: onChange, update: onChange });
  classes.listen({ add: onChange, update: onChange });

  const claimsOf = (pod: Pod): readonly PersistentVolumeClaim[] =>
    claimNames(pod).flatMap((name) => claims.get({ namespace: pod.metadata.namespace ?? '', name }) ?? []);

  /** The node is named to its provisioner, or a volume is reserved for it. */
  const isUnderWay = (claim: PersistentVolumeClaim, node: string): boolean =>
    claim.metadata.annotations?.[SELECTED_NODE] === node ||
    volumesFor(keyOf(claim.metadata)).some((volume) => isBoundTo(volume, claim));

  return {
    watches: [
      watch(claimInformer, (claim) => podsOf(keyOf(claim.metadata)).map((pod) => keyOf(pod.metadata))),
      watch(volumeInformer, () => []),
      watch(classes, () => []),
    ],
    of: (pod) =>
      podVolumes(pod, {
        claim: (namespace, name) => claims.get({ namespace, name }),
        volumes: volumes.list,
        class: (name) => classes.get({ name }),
        isUsed: (claim, by) =>
          podsOf(keyOf(claim.metadata)).some((one) => one.metadata.uid !== by.metadata.uid && isPlaced(one)),
      }),
    async begin({ bindings, provisions }, node) {
      for (const { claim, volume } of bindings)
        await client.update(PERSISTENT_VOLUMES, boundVolume(volume, claim), { fieldManager });
      for (const claim of provisions) {
        const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node };
        const metadata = { ...claim.metadata, annotations };
        await client.update(PERSISTENT_VOLUME_CLAIMS, { ...claim, metadata }, { fieldManager });
      }
    },
    progress(pod, node) {
      const unbound = claimsOf(pod).filter((claim) => !isBound(claim));
      const failed = unbound.find((claim) => !isUnderWay(claim, node));
      if (failed) return { type: 'failed', claim: failed.metadata.name ?? '' };
      return { type: unbound.length === 0 ? 'bound' : 'waiting' };
    },
  };
}

/** Index values: the key of the claim that a volume is bound to or reserved for. */
const claimOfVolume = ({ spec }: PersistentVolume): readonly string[] => {
  const { namespace = '', name = '' } = spec?.claimRef ?? {};
  return spec?.claimRef ? [keyOf({ namespace, name })] : [];
};
