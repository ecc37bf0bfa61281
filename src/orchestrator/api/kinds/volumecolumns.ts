import type { PersistentVolume, PersistentVolumeClaim } from '../../../kube/kinds/objects.data.ts';

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,ROX` (Kubernetes `pkg/apis/core/v1/helper` GetAccessModesAsString). */
export const accessModes = (modes: readonly string[] = []): string =>
  Object.keys(SHORT)
    .filter((mode) => modes.includes(mode))
    .map((mode) => SHORT[mode])
    .join(',');

/** The annotation by which a class was named before there was a field for it: it still comes first. */
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

export const storageClass = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? '';

export const orUnset = (value: string | undefined): string => value ?? '<unset>';
