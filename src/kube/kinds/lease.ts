import { type FieldError, invalid } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { numberAt, objectAt } from './checks/read.ts';
import { LEASES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const LEASE: KindRow = { resource: LEASES, applyOrder: APPLIED_WITH_OTHERS, validate: validateLease };

function validateLease(lease: JsonObject): readonly FieldError[] {
  const spec = objectAt(lease, 'spec');
  const positive = (key: string, lowest: number, what: string): readonly FieldError[] => {
    const value = numberAt(spec, key);
    return value === undefined || value >= lowest ? none : [invalid(`spec.${key}`, value, what)];
  };
  return [
    ...positive('leaseDurationSeconds', 1, 'must be greater than 0'),
    ...positive('leaseTransitions', 0, 'must be greater than or equal to 0'),
  ];
}
