import { type FieldError, required } from '../values/fielderrors.ts';
import { dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, named, none, requiredName } from './checks/checks.ts';
import { ipAddress } from './checks/networks.ts';
import { pathSegment } from './checks/rbac.ts';
import { objectAt, textAt } from './checks/read.ts';
import { IP_ADDRESSES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const IP_ADDRESS: KindRow = {
  resource: IP_ADDRESSES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateIpAddress,
  checkName: ipAddress,
};

/** Kubernetes `pkg/apis/networking/validation/validation.go` (ValidateIPAddress). */
function validateIpAddress(address: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(address, 'spec');
  const at = 'spec.parentRef';
  if (old) return immutable(at, spec.parentRef, objectAt(old, 'spec').parentRef);
  if (spec.parentRef === undefined) return [required(at)];
  const parent = objectAt(spec, 'parentRef');
  const optional = (key: string, check: typeof pathSegment) =>
    textAt(parent, key) === '' ? none : named(`${at}.${key}`, textAt(parent, key), check);
  return [
    ...optional('group', dns1123Subdomain),
    ...requiredName(`${at}.resource`, textAt(parent, 'resource'), pathSegment),
    ...requiredName(`${at}.name`, textAt(parent, 'name'), pathSegment),
    ...optional('namespace', pathSegment),
  ];
}
