import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../kube/kinds/objects.data.ts';
import { BIND_COMPLETED, SELECTED_NODE } from '../../../kube/kinds/volumes/annotations.ts';
import { findVolume, isBoundTo, mismatch } from '../../../kube/kinds/volumes/matching.ts';
import { namesStorageClass, storageClass } from '../../../kube/kinds/volumes/storageclass.ts';
import { type Happening, normal, warning } from '../happening.ts';

export interface ClaimObserved {
  readonly claim: PersistentVolumeClaim;
  readonly volumes: readonly PersistentVolume[];
  /** The class that the claim names; absent: there is none of that name. */
  readonly class?: StorageClass | undefined;
  /** Name of the default class. */
  readonly defaultClass?: string | undefined;
  /** Names of the pods that use the claim and have no node. */
  readonly unscheduled: readonly string[];
}

export type ClaimAction =
  | { readonly type: 'bind'; readonly volume: PersistentVolume }
  /** It stays Pending. */
  | { readonly type: 'wait'; readonly happening?: Happening }
  | { readonly type: 'lose'; readonly happening: Happening }
  /** It was made before there was a default class. */
  | { readonly type: 'name class'; readonly name: string }
  | { readonly type: 'ask'; readonly provisioner: string; readonly happening: Happening };

/** What becomes of a claim (Kubernetes `pkg/controller/volume/persistentvolume/pv_controller.go`, syncClaim). */
export function decideClaim(observed: ClaimObserved): ClaimAction {
  const { claim, volumes } = observed;
  const name = claim.spec?.volumeName ?? '';
  const volume = volumes.find(({ metadata }) => metadata.name === name);
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return decideBound(claim, name, volume);
  if (name === '') return decideUnbound(observed);
  return volume ? decideNamed(claim, volume) : { type: 'wait' };
}

/** syncBoundClaim: what it was bound to is there and is its own, or its data is lost. */
function decideBound(
  claim: PersistentVolumeClaim,
  name: string,
  volume: PersistentVolume | undefined,
): ClaimAction {
  const lose = (reason: string, message: string): ClaimAction => ({
    type: 'lose',
    happening: warning(reason, message),
  });
  if (name === '')
    return lose(
      'ClaimLost',
      'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    );
  if (!volume)
    return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const uid = volume.spec?.claimRef?.uid;
  if (volume.spec?.claimRef === undefined || uid === claim.metadata.uid) return { type: 'bind', volume };
  return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

/** A claim that asks for a volume by name. */
function decideNamed(claim: PersistentVolumeClaim, volume: PersistentVolume): ClaimAction {
  const name = volume.metadata.name ?? '';
  if (volume.spec?.claimRef === undefined) {
    const why = mismatch(volume, claim);
    if (why === undefined) return { type: 'bind', volume };
    const message = `Cannot bind to requested volume "${name}": ${why}`;
    return { type: 'wait', happening: warning('VolumeMismatch', message) };
  }
  if (isBoundTo(volume, claim)) return { type: 'bind', volume };
  return {
    type: 'wait',
    happening: warning('FailedBinding', `volume "${name}" already bound to a different claim.`),
  };
}

/** syncUnboundClaim, where the claim takes any volume. */
function decideUnbound(observed: ClaimObserved): ClaimAction {
  const { claim, volumes, class: storage, defaultClass } = observed;
  const isDelayed = storage?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = findVolume(claim, volumes, { isDelayed });
  if (volume) return { type: 'bind', volume };
  if (!namesStorageClass(claim) && defaultClass !== undefined)
    return { type: 'name class', name: defaultClass };
  if (isDelayed && claim.metadata.annotations?.[SELECTED_NODE] === undefined)
    return { type: 'wait', happening: delayed(observed.unscheduled) };
  const className = storageClass(claim);
  if (className !== '') return decideProvisioning(className, storage);
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return { type: 'wait', happening: normal('FailedBinding', message) };
}

/** emitEventForUnboundDelayBindingClaim */
function delayed(pods: readonly string[]): Happening {
  if (pods.length === 0)
    return normal('WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  const which = pods.length === 1 ? `pod ${pods[0]}` : `pods ${[...pods].sort().join(',')}`;
  return normal('WaitForPodScheduled', `waiting for ${which} to be scheduled`);
}

/** provisionClaim: all that provision are clients of the API; nothing is built in under the names of Kubernetes. */
function decideProvisioning(name: string, storage: StorageClass | undefined): ClaimAction {
  const fail = (message: string): ClaimAction => ({
    type: 'wait',
    happening: warning('ProvisioningFailed', message),
  });
  if (!storage) return fail(`storageclass.storage.k8s.io "${name}" not found`);
  const { provisioner } = storage;
  if (provisioner.startsWith('kubernetes.io/')) return fail(`no volume plugin matched name: ${provisioner}`);
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  return { type: 'ask', provisioner, happening: normal('ExternalProvisioning', message) };
}
