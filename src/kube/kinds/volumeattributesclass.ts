import { type FieldError, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { objectAt, textAt } from './checks/read.ts';
import { parameters, provisioner, sealedField } from './checks/storage.ts';
import { VOLUME_ATTRIBUTES_CLASSES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const VOLUME_ATTRIBUTES_CLASS: KindRow = {
  resource: VOLUME_ATTRIBUTES_CLASSES,
  applyOrder: 100,
  validate: validateClass,
};

/** Kubernetes `pkg/apis/storage/validation/validation.go` (ValidateVolumeAttributesClass and …Update). */
function validateClass(attributesClass: JsonObject, old?: JsonObject): readonly FieldError[] {
  const values = objectAt(attributesClass, 'parameters');
  return [
    ...(old
      ? ['driverName', 'parameters'].flatMap((key) => sealedField(key, attributesClass[key], old[key]))
      : none),
    ...provisioner(textAt(attributesClass, 'driverName'), 'driverName'),
    ...parameters(values, 'parameters'),
    ...(Object.keys(values).length === 0
      ? [required('parameters', 'must contain at least one key/value pair')]
      : none),
  ];
}
