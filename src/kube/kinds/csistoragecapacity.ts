import { type FieldError, invalid } from '../values/fielderrors.ts';
import { dns1123Subdomain } from '../values/names.ts';
import { milliValue, parseQuantity } from '../values/quantity.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, labelSelector, named, none } from './checks/checks.ts';
import { objectAt, textAt } from './checks/read.ts';
import { CSI_STORAGE_CAPACITIES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const CSI_STORAGE_CAPACITY: KindRow = {
  resource: CSI_STORAGE_CAPACITIES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateCapacity,
};

/** Kubernetes `pkg/apis/storage/validation/validation.go` (ValidateCSIStorageCapacity and …Update). */
function validateCapacity(capacity: JsonObject, old?: JsonObject): readonly FieldError[] {
  if (old) {
    return ['nodeTopology', 'storageClassName'].flatMap((key) => immutable(key, capacity[key], old[key]));
  }
  const bytes = parseQuantity(textAt(capacity, 'capacity'));
  return [
    ...labelSelector(objectAt(capacity, 'nodeTopology'), 'nodeTopology'),
    ...named('storageClassName', textAt(capacity, 'storageClassName'), dns1123Subdomain),
    ...(bytes && milliValue(bytes) < 0
      ? [invalid('capacity', textAt(capacity, 'capacity'), 'must be greater than or equal to 0')]
      : none),
  ];
}
