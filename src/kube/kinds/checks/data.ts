import { deepEqual } from '../../values/equal.ts';
import { type FieldError, forbidden, invalid, tooLong } from '../../values/fielderrors.ts';
import { configKey } from '../../values/names.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { none } from './checks.ts';

/** Rules that ConfigMap and Secret share (Kubernetes `pkg/apis/core/validation/validation.go`). */

const MOST_BYTES = 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const keys = (values: JsonObject, field: string): readonly FieldError[] =>
  Object.keys(values).flatMap((key) => {
    const problem = configKey(key);
    return problem ? [invalid(`${field}[${key}]`, key, problem)] : [];
  });

/** The value stays out of the message: it may be a secret that somebody forgot to encode. */
export const base64 = (values: JsonObject, field: string): readonly FieldError[] =>
  Object.entries(values)
    .filter(([, value]) => typeof value === 'string' && !BASE64.test(value.replace(/[\r\n]/g, '')))
    .map(([key]) =>
      invalid(
        `${field}[${key}]`,
        '***',
        'must be base64; put plain text under stringData of a Secret or data of a ConfigMap',
      ),
    );

export function size(values: readonly Json[], field: string): readonly FieldError[] {
  const bytes = values.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  );
  return bytes > MOST_BYTES ? [tooLong(field, MOST_BYTES)] : none;
}

export function sealed(
  object: JsonObject,
  old: JsonObject,
  fields: readonly string[],
): readonly FieldError[] {
  if (old.immutable !== true) return none;
  const problem = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable === true ? none : [forbidden('immutable', problem)]),
    ...fields
      .filter((field) => !deepEqual(object[field], old[field]))
      .map((field) => forbidden(field, problem)),
  ];
}
