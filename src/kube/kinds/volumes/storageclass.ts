import type { KubeObject, ObjectMeta } from '../../values/types.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../objects.data.ts';

/** The annotation by which a class was named before there was a field for it: it still comes first. */
export const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The name of the class of a volume or claim; '': it has none (component-helpers `storage/volume/helpers.go`). */
export const storageClass = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? '';

/** An empty name says that there is to be none. */
export const namesStorageClass = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  (metadata.annotations?.[BETA_CLASS] ?? spec?.storageClassName) !== undefined;

/** Of the class that claims without one get (the older one is still read). */
export const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
export const IS_DEFAULT_CLASS: readonly string[] = [
  DEFAULT_CLASS,
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** The name of the default among classes, by the annotations that say so: of several the newest, of those of one second the first by name. */
export function newestDefault(
  classes: readonly KubeObject[],
  isDefault: readonly string[],
): string | undefined {
  const found = classes
    .map(({ metadata }) => metadata)
    .filter(({ annotations }) => isDefault.some((key) => annotations?.[key] === 'true'))
    .sort(byName);
  const newest = found
    .map(({ creationTimestamp = '' }) => creationTimestamp)
    .sort()
    .at(-1);
  return found.find(({ creationTimestamp = '' }) => creationTimestamp === newest)?.name;
}

const byName = ({ name: a = '' }: ObjectMeta, { name: b = '' }: ObjectMeta): number => (a < b ? -1 : 1);
