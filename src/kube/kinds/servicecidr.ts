import { parseCidr } from '../../base/cidr.ts';
import { type FieldError, invalid, required } from '../values/fielderrors.ts';
import type { Json, JsonObject } from '../values/types.ts';
import { immutable, named, none } from './checks/checks.ts';
import { cidr } from './checks/networks.ts';
import { listAt, objectAt } from './checks/read.ts';
import { SERVICE_CIDRS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const SERVICE_CIDR: KindRow = {
  resource: SERVICE_CIDRS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateServiceCidr,
};

const PATH = 'spec.cidrs';

/** Kubernetes `pkg/apis/networking/validation/validation.go` (ValidateServiceCIDR, ValidateServiceCIDRUpdate). */
function validateServiceCidr(object: JsonObject, old?: JsonObject): readonly FieldError[] {
  const cidrs = listAt(objectAt(object, 'spec'), 'cidrs');
  if (!old) return validateCidrs(cidrs);
  const before = listAt(objectAt(old, 'spec'), 'cidrs');
  // A second range, of the other family, may be added later.
  const isExtended = before.length === 1 && cidrs.length === 2;
  if (!isExtended && before.length !== cidrs.length) return immutable(PATH, [...cidrs], [...before]);
  return [
    ...before.flatMap((range, i) => immutable(`${PATH}[${i}]`, cidrs[i], range)),
    ...(isExtended ? validateCidrs(cidrs) : none),
  ];
}

function validateCidrs(cidrs: readonly Json[]): readonly FieldError[] {
  if (cidrs.length === 0) return [required(PATH, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(PATH, { cidrs }, 'may only hold up to 2 values')];
  const [first, second] = cidrs.map((range) => parseCidr(String(range))?.bytes.length);
  return [
    ...cidrs.flatMap((range, i) => named(`${PATH}[${i}]`, String(range), cidr)),
    ...(cidrs.length === 2 && first !== undefined && first === second
      ? [
          invalid(
            PATH,
            cidrs,
            'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
          ),
        ]
      : none),
  ];
}
