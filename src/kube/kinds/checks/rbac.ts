import { deepEqual } from '../../values/equal.ts';
import { type FieldError, invalid } from '../../values/fielderrors.ts';
import type { NameCheck } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { none } from './checks.ts';
import { objectAt } from './read.ts';

/** RBAC names are path segments and nothing more. */
export const pathSegment: NameCheck = (name) => {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  const bad = ['/', '%'].find((character) => name.includes(character));
  return bad && `may not contain '${bad}'`;
};

/** Kubernetes `pkg/apis/rbac/validation/validation.go` (ValidateRoleBindingUpdate, ValidateClusterRoleBindingUpdate). */
export function validateBinding(binding: JsonObject, old?: JsonObject): readonly FieldError[] {
  const roleRef = objectAt(binding, 'roleRef');
  if (old === undefined || deepEqual(roleRef, objectAt(old, 'roleRef'))) return none;
  return [invalid('roleRef', roleRef, 'cannot change roleRef')];
}
