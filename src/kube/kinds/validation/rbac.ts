import { deepEqual } from '../../values/equal.ts';
import { type FieldError, invalid } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { objectAt } from '../checks/read.ts';

/** Kubernetes `pkg/apis/rbac/validation/validation.go` (ValidateRoleBindingUpdate, ValidateClusterRoleBindingUpdate). */
export function validateBinding(binding: JsonObject, old?: JsonObject): readonly FieldError[] {
  const roleRef = objectAt(binding, 'roleRef');
  if (old === undefined || deepEqual(roleRef, objectAt(old, 'roleRef'))) return none;
  return [invalid('roleRef', roleRef, 'cannot change roleRef')];
}
