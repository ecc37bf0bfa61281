import { duplicate, type FieldError, required } from '../values/fielderrors.ts';
import { qualifiedName } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none, oneOf, requiredName } from './checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { parameters, provisioner, sealedField } from './checks/storage.ts';
import { STORAGE_CLASSES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const STORAGE_CLASS: KindRow = {
  resource: STORAGE_CLASSES,
  applyOrder: 100,
  validate: validateStorageClass,
  defaults: {
    'storage.v1.StorageClass': { members: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' } },
  },
};

/** Kubernetes `pkg/apis/storage/validation/validation.go` (ValidateStorageClass, ValidateStorageClassUpdate). */
function validateStorageClass(storageClass: JsonObject, old?: JsonObject): readonly FieldError[] {
  if (old) {
    return [
      ...['parameters', 'provisioner', 'reclaimPolicy'].flatMap((key) =>
        sealedField(key, storageClass[key], old[key]),
      ),
      ...immutable('volumeBindingMode', storageClass.volumeBindingMode, old.volumeBindingMode),
    ];
  }
  return [
    ...provisioner(textAt(storageClass, 'provisioner'), 'provisioner'),
    ...parameters(objectAt(storageClass, 'parameters'), 'parameters'),
    ...oneOf(storageClass, 'reclaimPolicy', '', ['Delete', 'Retain']),
    ...oneOf(storageClass, 'volumeBindingMode', '', ['Immediate', 'WaitForFirstConsumer']),
    ...objectsAt(storageClass, 'allowedTopologies').flatMap((term, i) =>
      validateTopology(term, `allowedTopologies[${i}].matchLabelExpressions`),
    ),
  ];
}

function validateTopology(term: JsonObject, path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return objectsAt(term, 'matchLabelExpressions').flatMap((expression, i) => {
    const key = textAt(expression, 'key');
    const isRepeated = seen.has(key);
    seen.add(key);
    return [
      ...(listAt(expression, 'values').length === 0 ? [required(`${path}[${i}].values`)] : none),
      ...requiredName(`${path}[${i}].key`, key, qualifiedName),
      ...(isRepeated ? [duplicate(`${path}[${i}].key`, key)] : none),
    ];
  });
}
