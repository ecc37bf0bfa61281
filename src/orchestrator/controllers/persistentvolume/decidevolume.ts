import type { PersistentVolume, PersistentVolumeClaim } from '../../../kube/kinds/objects.data.ts';
import { BOUND_BY_CONTROLLER, PROVISIONED_BY } from '../../../kube/kinds/volumes/annotations.ts';
import { hasMode } from '../../../kube/kinds/volumes/matching.ts';
import { type Happening, warning } from '../happening.ts';

export type VolumeAction =
  | { readonly type: 'phase'; readonly phase: 'Available' | 'Bound' | 'Released' }
  /** It cannot be reclaimed, and a person must see to it. */
  | { readonly type: 'fail'; readonly happening: Happening }
  | { readonly type: 'unbind'; readonly volume: PersistentVolume }
  /** Its claim has to be looked at. */
  | { readonly type: 'claim' }
  | { readonly type: 'tell'; readonly volume: Happening; readonly claim: Happening };

/**
 * What becomes of a volume (Kubernetes `pv_controller.go`, syncVolume); undefined: nothing. `claim`: the one that the volume is bound to;
 * undefined when it is gone, or is another one of that name.
 */
export function decideVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
): VolumeAction | undefined {
  if (!volume.spec?.claimRef?.uid) return enter(volume, 'Available');
  if (!claim) return release(volume);
  const name = claim.spec?.volumeName ?? '';
  if (name === '') return hasMode(volume, claim) ? { type: 'claim' } : mismatched(volume, claim);
  if (name === volume.metadata.name) return enter(volume, 'Bound');
  const isSpare =
    volume.metadata.annotations?.[PROVISIONED_BY] !== undefined && policyOf(volume) === 'Delete';
  return isSpare ? release(volume) : { type: 'unbind', volume: unbound(volume) };
}

const policyOf = ({ spec }: PersistentVolume): string => spec?.persistentVolumeReclaimPolicy ?? 'Retain';

const enter = (
  volume: PersistentVolume,
  phase: 'Available' | 'Bound' | 'Released',
): VolumeAction | undefined => (volume.status?.phase === phase ? undefined : { type: 'phase', phase });

/** Whoever provisioned a released volume deletes it; nothing else is erased, so what is to be recycled or deleted here has failed. */
function release(volume: PersistentVolume): VolumeAction | undefined {
  if (volume.status?.phase === 'Failed') return undefined;
  if (volume.status?.phase !== 'Released') return { type: 'phase', phase: 'Released' };
  if (policyOf(volume) === 'Recycle')
    return fail('VolumeFailedRecycle', 'No recycler plugin found for the volume!');
  if (policyOf(volume) === 'Retain' || hasDeleter(volume)) return undefined;
  const message = `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
  return fail('VolumeFailedDelete', message);
}

/** findDeletablePlugin */
function hasDeleter({ metadata, spec }: PersistentVolume): boolean {
  const provisioner = metadata.annotations?.[PROVISIONED_BY] ?? '';
  return spec?.csi !== undefined || (provisioner !== '' && !provisioner.startsWith('kubernetes.io/'));
}

const fail = (reason: string, message: string): VolumeAction => ({
  type: 'fail',
  happening: warning(reason, message),
});

function mismatched(
  { metadata: volume }: PersistentVolume,
  { metadata: claim }: PersistentVolumeClaim,
): VolumeAction {
  return {
    type: 'tell',
    volume: warning(
      'VolumeMismatch',
      `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.name}" due to incompatible volumeMode.`,
    ),
    claim: warning(
      'VolumeMismatch',
      `Cannot bind PersistentVolume "${volume.name}" to requested PersistentVolumeClaim due to incompatible volumeMode.`,
    ),
  };
}

/** Free again, or reserved for the claim as a person has written it. */
function unbound(volume: PersistentVolume): PersistentVolume {
  const { metadata, spec = {} } = volume;
  const { [BOUND_BY_CONTROLLER]: isOurs, ...annotations } = metadata.annotations ?? {};
  const { claimRef: { uid: _, ...reserved } = {}, ...rest } = spec;
  return isOurs === undefined
    ? { ...volume, spec: { ...rest, claimRef: reserved } }
    : { ...volume, metadata: { ...metadata, annotations }, spec: rest };
}
