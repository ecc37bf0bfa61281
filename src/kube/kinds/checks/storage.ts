import { deepEqual } from '../../values/equal.ts';
import { type FieldError, forbidden, invalid, required, tooLong } from '../../values/fielderrors.ts';
import { dns1123Subdomain, qualifiedName } from '../../values/names.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { named, none } from './checks.ts';

/** What the kinds of storage.k8s.io share (Kubernetes `pkg/apis/storage/validation/validation.go`). */

const MOST_PARAMETERS = 512;
const MOST_PARAMETER_BYTES = 256 * 1024;
const LONGEST_DRIVER_NAME = 63;

export const provisioner = (name: string, field: string): readonly FieldError[] =>
  name === '' ? [required(field)] : named(field, name.toLowerCase(), qualifiedName);

export function parameters(values: JsonObject, field: string): readonly FieldError[] {
  const entries = Object.entries(values);
  if (entries.length > MOST_PARAMETERS) return [tooLong(field, MOST_PARAMETERS)];
  const bytes = entries.reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(String(value)), 0);
  return [
    ...(Object.hasOwn(values, '') ? [invalid(field, '', 'field can not be empty.')] : none),
    ...(bytes > MOST_PARAMETER_BYTES ? [tooLong(field, MOST_PARAMETER_BYTES)] : none),
  ];
}

export const bytesOf = (text: string): number => Buffer.byteLength(text);

/** ValidateCSIDriverName of core. */
export function driverName(name: string, field: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  return [
    ...(name.length > LONGEST_DRIVER_NAME ? [tooLong(field, LONGEST_DRIVER_NAME)] : none),
    ...named(field, name.toLowerCase(), dns1123Subdomain),
  ];
}

/** A field that an update may not change, in the words that only these kinds use. */
export const sealedField = (
  field: string,
  value: Json | undefined,
  old: Json | undefined,
): readonly FieldError[] =>
  deepEqual(value ?? {}, old ?? {}) ? none : [forbidden(field, `updates to ${field} are forbidden.`)];
