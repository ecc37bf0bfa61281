import type { PersistentVolumeClaim, StorageClass } from '../../../kube/kinds/objects.data.ts';
import { STORAGE_CLASSES } from '../../../kube/kinds/resources.data.ts';
import { storageClass } from '../../../kube/kinds/volumes/storageclass.ts';
import { compareQuantities, parseQuantity } from '../../../kube/values/quantity.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from './plugin.ts';

const CLASSES = collectionPrefix(STORAGE_CLASSES.group, STORAGE_CLASSES.plural);

/** A claim, which validation has seen bound, grows only where its class allows that (Kubernetes `plugin/pkg/admission/storage/persistentvolume/resize`). */
export const persistentVolumeClaimResize = (store: Pick<Store, 'latest'>): AdmissionPlugin => ({
  name: 'PersistentVolumeClaimResize',
  validate({ operation, kind, subresource, object, live }) {
    if (operation !== 'UPDATE' || subresource !== undefined) return;
    if (kind.group !== '' || kind.plural !== 'persistentvolumeclaims') return;
    const [claim, before] = [object as PersistentVolumeClaim, live as PersistentVolumeClaim];
    if (compareQuantities(sizeOf(claim), sizeOf(before)) <= 0) return;
    const refuse = (why: string) => forbidden(kind, claim.metadata.name ?? '', why);
    if (before.status?.phase !== 'Bound') throw refuse('Only bound persistent volume claims can be expanded');
    const name = storageClass(claim);
    const found = store.latest(CLASSES + name)?.object as StorageClass | undefined;
    if (name === '' || name !== storageClass(before) || !found?.allowVolumeExpansion)
      throw forbidden(
        kind,
        claim.metadata.name ?? '',
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
  },
});

function sizeOf({ spec }: PersistentVolumeClaim) {
  const size = parseQuantity(spec?.resources?.requests?.storage ?? '0');
  if (!size) throw new Error('a claim of a size that validation lets through and nobody can read');
  return size;
}
