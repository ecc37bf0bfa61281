import type { PersistentVolume, PersistentVolumeClaim } from '../../../kube/kinds/objects.data.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from '../../../kube/kinds/volumes/annotations.ts';

/** The claim as it is bound to the volume; the same one where nothing changes (`pv_controller.go` bindClaimToVolume). */
export function boundClaim(
  claim: PersistentVolumeClaim,
  { metadata: volume }: PersistentVolume,
): PersistentVolumeClaim {
  const { metadata, spec } = claim;
  const isNamed = spec?.volumeName === volume.name;
  const marks: Readonly<Record<string, string>> = {
    ...metadata.annotations,
    ...(isNamed ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }),
  };
  if (isNamed && marks[BIND_COMPLETED] !== undefined) return claim;
  return {
    ...claim,
    metadata: { ...metadata, annotations: { ...marks, [BIND_COMPLETED]: 'yes' } },
    spec: { ...spec, volumeName: volume.name ?? '' },
  };
}

/**
 * The status of a claim in a phase (`pv_controller.go` updateClaimStatus). What it has is that of its volume; its capacity is taken over when it
 * becomes bound, as a file system may be smaller than its device.
 */
export function claimStatus(
  { status = {} }: PersistentVolumeClaim,
  phase: 'Pending' | 'Bound' | 'Lost',
  volume?: PersistentVolume,
): NonNullable<PersistentVolumeClaim['status']> {
  const { accessModes: _, capacity, currentVolumeAttributesClassName: attributes, ...rest } = status;
  if (!volume) return { ...rest, phase };
  const { accessModes = [], capacity: whole, volumeAttributesClassName } = volume.spec ?? {};
  const isNew = status.phase !== phase;
  const size = isNew ? whole : capacity;
  const named = status.phase === 'Pending' ? volumeAttributesClassName : attributes;
  return {
    ...rest,
    phase,
    accessModes,
    ...(size ? { capacity: size } : {}),
    ...(named === undefined ? {} : { currentVolumeAttributesClassName: named }),
  };
}
