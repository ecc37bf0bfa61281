import { type FieldError, forbidden, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { dns1123Subdomain, labelValue, qualifiedName } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { named, none, oneOf } from '../checks/checks.ts';
import { listAt, objectsAt, textAt } from '../checks/read.ts';

/** What volumes and claims have in common (Kubernetes `pkg/apis/core/validation/validation.go`). */

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function accessModes(spec: JsonObject, missing: string, path = 'spec'): readonly FieldError[] {
  const field = `${path}.accessModes`;
  const modes = listAt(spec, 'accessModes').map(String);
  const known = modes.filter((mode) => ACCESS_MODES.includes(mode));
  const isMixed = known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod');
  return [
    ...(modes.length === 0 ? [required(field, missing)] : none),
    ...modes.filter((mode) => !known.includes(mode)).map((mode) => notSupported(field, mode, ACCESS_MODES)),
    ...(isMixed ? [forbidden(field, 'may not use ReadWriteOncePod with other access modes')] : none),
  ];
}

export const volumeMode = (spec: JsonObject, path = 'spec'): readonly FieldError[] =>
  oneOf(spec, 'volumeMode', path, ['Block', 'Filesystem']);

/** The name of a StorageClass or VolumeAttributesClass, if there is one. */
export function className(spec: JsonObject, key: string, path = 'spec'): readonly FieldError[] {
  const name = textAt(spec, key);
  return name === '' ? none : named(`${path}.${key}`, name, dns1123Subdomain);
}

/** A NodeSelector: terms, of which one has to match. */
export function nodeSelector(selector: JsonObject, path: string): readonly FieldError[] {
  const terms = objectsAt(selector, 'nodeSelectorTerms');
  const at = `${path}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(at, 'must have at least one node selector term')];
  return terms.flatMap((term, i) => [
    ...objectsAt(term, 'matchExpressions').flatMap((one, j) =>
      labelRequirement(one, `${at}[${i}].matchExpressions[${j}]`),
    ),
    ...objectsAt(term, 'matchFields').flatMap((one, j) =>
      fieldRequirement(one, `${at}[${i}].matchFields[${j}]`),
    ),
  ]);
}

function labelRequirement(requirement: JsonObject, path: string): readonly FieldError[] {
  const values = listAt(requirement, 'values').map(String);
  return [
    ...operands(textAt(requirement, 'operator'), values.length, path),
    ...named(`${path}.key`, textAt(requirement, 'key'), qualifiedName),
    ...values.flatMap((value, i) => named(`${path}.values[${i}]`, value, labelValue)),
  ];
}

function operands(operator: string, count: number, path: string): readonly FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0
        ? none
        : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return count === 0
        ? none
        : [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      return count === 1
        ? none
        : [required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

function fieldRequirement(requirement: JsonObject, path: string): readonly FieldError[] {
  const [operator, key] = [textAt(requirement, 'operator'), textAt(requirement, 'key')];
  const values = listAt(requirement, 'values').map(String);
  const isChoice = operator === 'In' || operator === 'NotIn';
  return [
    ...(isChoice ? none : [invalid(`${path}.operator`, operator, 'not a valid selector operator')]),
    ...(isChoice && values.length !== 1
      ? [
          required(
            `${path}.values`,
            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
          ),
        ]
      : none),
    ...(key === 'metadata.name'
      ? values.flatMap((value, i) => named(`${path}.values[${i}]`, value, dns1123Subdomain))
      : [invalid(`${path}.key`, key, 'not a valid field selector key')]),
  ];
}
